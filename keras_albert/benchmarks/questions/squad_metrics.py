"""SQuAD's metrics: exact match, F1, and the best threshold for "no answer".

Rajpurkar et al. 2016 (arXiv 1606.05250), section 6.1, and the official `evaluate-v1.1.py` and
`evaluate-v2.0.py`.
"""

import itertools
import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalized_answer(text: str) -> str:
    """In lower case, without ASCII punctuation, English articles and surplus white space.

    >>> normalized_answer("The  U.S. Navy, an ally")
    'us navy ally'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 where the prediction is one of the answers after normalisation; no answers are `[""]`.

    >>> exact_match("the cat", ["A cat.", "dog"])
    1.0
    """
    found = normalized_answer(prediction)
    return float(any(found == normalized_answer(answer) for answer in answers or [""]))


def best_f1(prediction: str, answers: Sequence[str], *, empty_agrees: bool = True) -> float:
    """The F1 of words with the answer that gives most; no answers are `[""]`.

    Args:
        prediction: a text.
        answers: texts.
        empty_agrees: whether two texts without words agree: SQuAD 2.0's script counts them as 1,
            1.1's as 0.

    >>> best_f1("the black cat", ["cat"])
    0.6666666666666666
    """
    return max(_f1(prediction, answer, empty_agrees) for answer in answers or [""])


def _f1(prediction: str, answer: str, empty_agrees: bool) -> float:
    found, right = normalized_answer(prediction).split(), normalized_answer(answer).split()
    if not found or not right:
        return float(empty_agrees and found == right)
    common = sum((Counter(found) & Counter(right)).values())
    if not common:
        return 0.0
    precision, recall = common / len(found), common / len(right)
    return 2 * precision * recall / (precision + recall)


def usable_answers(
    answers: Sequence[str], normalize: Callable[[str], str] = normalized_answer
) -> list[str]:
    """SQuAD 2.0's script leaves out answers of which normalisation leaves nothing."""
    return [answer for answer in answers if normalize(answer)]


def best_threshold(
    scores: Sequence[float],
    no_answer_scores: Sequence[float],
    answerable: Sequence[bool],
    answered: Sequence[bool],
) -> tuple[float, float]:
    """What `evaluate-v2.0.py` calls the best score and its threshold (`find_best_thresh`).

    The script decides on questions one by one, so of several with the same `no_answer_score` it may
    answer some; and a text given where there is no answer costs it 1, even one of which
    normalisation leaves nothing ("the"), which its F1 counts as right. What a threshold does give
    is `reached_threshold`.

    Args:
        scores: (N,), what each prediction scores where it is given.
        no_answer_scores: (N,), how much speaks for "no answer".
        answerable: (N,), whether there is an answer.
        answered: (N,), whether the prediction is a text.

    Returns:
        The mean score with the best threshold, and it. Where none beats saying "no answer" to all,
        it is below all scores (the official script says 0, whose scores are probabilities).

    >>> best_threshold([1.0, 0.0, 0.5], [0.1, 0.9, 0.2], [True, False, True], [True] * 3)
    (0.8333333333333334, 0.2)
    """
    total = best = float(sum(not has for has in answerable))
    threshold = min(no_answer_scores) - 1.0
    for index in sorted(range(len(scores)), key=lambda i: no_answer_scores[i]):
        if answerable[index]:
            total += scores[index]
        elif answered[index]:
            total -= 1.0
        if total > best:
            best, threshold = total, no_answer_scores[index]
    return best / len(scores), float(threshold)


def reached_threshold(
    given: Sequence[float], refused: Sequence[float], no_answer_scores: Sequence[float]
) -> tuple[float, float]:
    """The threshold above which "no answer" is best said, and the mean score it gives.

    Questions with the same score are answered together, as any threshold answers them.

    Args:
        given: (N,), what each prediction scores where it is given.
        refused: (N,), and where "no answer" is said instead.
        no_answer_scores: (N,), how much speaks for "no answer"; infinite for what has no
            prediction.

    Returns:
        The mean, and the lowest threshold that reaches it: halfway between two scores, so that
        rounding, which another batch size changes, moves no question over it.

    >>> reached_threshold([1.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.1, 0.1, 0.9])
    (0.6666666666666666, -0.4)
    """
    order = [i for i in range(len(given)) if math.isfinite(no_answer_scores[i])]
    order.sort(key=lambda i: no_answer_scores[i])
    changes = [(no_answer_scores[i], given[i] - refused[i]) for i in order]
    means, values = [math.fsum(refused)], [changes[0][0] - 1.0 if changes else 0.0]
    for value, tied in itertools.groupby(changes, key=lambda change: change[0]):
        means.append(means[-1] + math.fsum(change for _, change in tied))
        values.append(value)
    # Sums in another order differ in their last digits: what is no better by more is no better.
    best = max(range(len(means)), key=lambda i: (round(means[i], 9), -i))
    above = values[best + 1] if best + 1 < len(values) else values[best] + 0.02
    return means[best] / len(given), (values[best] + above) / 2
