"""A question answerer's outputs -> stretches of the passages."""

from typing import Any

import numpy as np

from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.runtime.descriptions import MAX_ANSWER_TOKENS

# google-research/albert `run_squad_v1.py`, flags n_best_size and max_answer_length.
N_BEST = 20

# (score, row, start, end) of a span: positions in the row, both included.
Candidate = tuple[float, int, int, int]


def spans_from_logits(
    encoded: EncodedQuestions,
    start: np.ndarray,
    end: np.ndarray,
    n_best: int = N_BEST,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
) -> tuple[list[list[AnswerSpan]], np.ndarray]:
    """The best spans of a head that scores starts and ends by themselves.

    Of each row, the `n_best` best starts are paired with the `n_best` best ends. A span lies in
    the passage, ends where or after it starts, and has at most `max_answer_tokens` tokens. It is
    taken from the row that shows most of what is around its start, or, where that one does not
    hold its end, from one that does. google-research/bert `run_squad.py`, `write_predictions`,
    which leaves out the latter.

    Args:
        encoded: B questions in R rows.
        start: (R, S), logits.
        end: (R, S), logits.
        n_best: spans a question, at most.
        max_answer_tokens: tokens a span, at most.

    Returns:
        B lists of spans, best first, no two with the same text; a span's score is its start's
        and its end's logit together. And (B,), how much more "no answer" scores than the best
        span: both logits of [CLS], the smallest over a question's rows, less the best span's
        score.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    candidates: list[list[Candidate]] = [[] for _ in range(len(encoded))]
    null = np.full(len(encoded), np.inf)
    for row, question in enumerate(encoded.question_of_row.tolist()):
        null[question] = min(null[question], start[row, 0] + end[row, 0])
        begin = int(encoded.first_position[row])
        length = int(encoded.tokens[row, 1] - encoded.tokens[row, 0])
        starts = begin + _largest(start[row, begin : begin + length], n_best)
        ends = begin + _largest(end[row, begin : begin + length], n_best)
        distance = ends - starts[:, np.newaxis]
        nearest = ends >= encoded.least_end[row, starts][:, np.newaxis]
        for i, j in np.argwhere(nearest & (distance >= 0) & (distance < max_answer_tokens)):
            score = start[row, starts[i]] + end[row, ends[j]]
            candidates[question].append((float(score), row, int(starts[i]), int(ends[j])))
    spans = [_distinct(encoded, found, n_best) for found in candidates]
    best = np.array([found[0].score if found else -np.inf for found in spans])
    return spans, null - best


def spans_from_beam(
    encoded: EncodedQuestions,
    outputs: dict[str, np.ndarray],
    n_best: int = N_BEST,
    max_answer_tokens: int = MAX_ANSWER_TOKENS,
) -> tuple[list[list[AnswerSpan]], np.ndarray]:
    """The best spans of a `JointSpanHead`, which pairs ends with starts itself.

    google-research/albert `squad_utils.accumulate_predictions_v2` and `write_predictions_v2`.

    Args:
        encoded: B questions in R rows.
        outputs: what the head gives for the rows.
        n_best: spans a question, at most.
        max_answer_tokens: tokens a span, at most.

    Returns:
        B lists of spans, as from `spans_from_logits`; a score is a sum of log probabilities. And
        (B,), the logit of "no answer", the smallest over a question's rows.
    """
    candidates: list[list[Candidate]] = [[] for _ in range(len(encoded))]
    null = np.full(len(encoded), np.inf)
    impossible = np.asarray(outputs["impossible"], np.float64).reshape(-1)
    for row, question in enumerate(encoded.question_of_row.tolist()):
        null[question] = min(null[question], impossible[row])
        begin = int(encoded.first_position[row])
        beyond = begin + int(encoded.tokens[row, 1] - encoded.tokens[row, 0])
        for beam, start in enumerate(outputs["start_positions"][row].tolist()):
            if not begin <= start < beyond:
                continue
            least = max(start, int(encoded.least_end[row, start]))
            score = float(outputs["start_log_probabilities"][row, beam])
            ends = outputs["end_positions"][row, beam].tolist()
            scores = outputs["end_log_probabilities"][row, beam].tolist()
            candidates[question] += [
                (score + more, row, start, end)
                for end, more in zip(ends, scores, strict=True)
                if least <= end < min(beyond, start + max_answer_tokens)
            ]
    return [_distinct(encoded, found, n_best) for found in candidates], null


def probabilities(spans: list[AnswerSpan]) -> list[float]:
    """The softmax of some spans' scores.

    >>> probabilities([AnswerSpan("a", 0, 1, 2.0), AnswerSpan("b", 2, 3, 2.0)])
    [0.5, 0.5]
    """
    scores = np.array([span.score for span in spans], np.float64)
    weights = np.exp(scores - scores.max(initial=-np.inf))
    return [float(share) for share in weights / weights.sum()]


def answer_dict(spans: list[AnswerSpan], null: float, threshold: float | None) -> dict[str, Any]:
    """A question's spans as JSON.

    Args:
        spans: best first.
        null: the score of "no answer".
        threshold: above which the answer is "no answer"; None where every question has one.

    Returns:
        "prediction" (the text; "" for no answer), "score" (the probability of the best span among
        those named), "start" and "end" (its characters; None for no answer), "n_best" (dicts of
        "text", "score", "start" and "end") and "no_answer_score".
    """
    named = [
        {"text": span.text, "score": share, "start": span.start, "end": span.end}
        for span, share in zip(spans, probabilities(spans), strict=True)
    ]
    answered = bool(named) and (threshold is None or null <= threshold)
    best: dict[str, Any] = named[0] if answered else {"text": "", "start": None, "end": None}
    return {
        "prediction": best["text"],
        "score": named[0]["score"] if named else 0.0,
        "start": best["start"],
        "end": best["end"],
        "n_best": named,
        "no_answer_score": float(null) if np.isfinite(null) else None,
    }


def named_answers(
    spans: list[list[AnswerSpan]], null: np.ndarray, top_k: int, threshold: float | None
) -> list[dict[str, Any]]:
    """Questions' spans as `QuestionAnswering.answer` gives them.

    Args:
        spans: B lists of spans, best first.
        null: (B,), the scores of "no answer".
        top_k: how many answers to name.
        threshold: see `answer_dict`.
    """
    answers = []
    for found, score in zip(spans, null.tolist(), strict=True):
        decoded = answer_dict(found, score, threshold)
        answers.append(
            {
                "text": decoded["prediction"],
                **{key: decoded[key] for key in ("start", "end", "score", "no_answer_score")},
                "answers": decoded["n_best"][:top_k],
            }
        )
    return answers


def _largest(values: np.ndarray, number: int) -> np.ndarray:
    """The places of the largest values, largest first; of equal ones, the first."""
    if len(values) > 4 * number:
        # The values that could be among them, in order of place, before the exact sort.
        least = np.partition(values, len(values) - number)[len(values) - number]
        places = np.flatnonzero(values >= least)
        return places[np.argsort(-values[places], kind="stable")[:number]]
    return np.argsort(-values, kind="stable")[:number]


def _distinct(
    encoded: EncodedQuestions, candidates: list[Candidate], n_best: int
) -> list[AnswerSpan]:
    spans: dict[str, AnswerSpan] = {}
    for score, row, start, end in sorted(candidates, key=lambda found: -found[0]):
        span = encoded.span(row, start, end, score)
        # A token that is nothing but a word mark has no characters.
        if span.text and span.text not in spans:
            spans[span.text] = span
            if len(spans) == n_best:
                break
    return list(spans.values())
