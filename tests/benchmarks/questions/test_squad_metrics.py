"""SQuAD's metrics against the official scripts' rules and published behaviour."""

import random

import pytest

from keras_albert.benchmarks.questions.squad_metrics import (
    best_f1,
    best_threshold,
    exact_match,
    normalized_answer,
    reached_threshold,
    usable_answers,
)

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Eiffel Tower!", "eiffel tower"),
        ("a an the", ""),
        ("theater  of\tan  Athens", "theater of athens"),
        ("U.S.", "us"),
        ("$5,000-6,000", "50006000"),
        ("the-end", "theend"),  # punctuation goes first, so no article is left
        ("Ærø “quoted”", "ærø “quoted”"),  # ASCII punctuation only
    ],
)
def test_normalisation(text, expected):
    assert normalized_answer(text) == expected


def test_exact_match_and_f1_take_the_best_answer():
    # The case of Hugging Face's card of the metric: "1976" against itself.
    assert exact_match("1976", ["1976"]) == best_f1("1976", ["1976"]) == 1.0
    answers = ["Denver Broncos", "The Denver Broncos", "Broncos"]
    assert exact_match("the broncos.", answers) == 1.0
    assert exact_match("Carolina", answers) == best_f1("Carolina", answers) == 0.0
    # Two of three words right, two of two found: precision 2/3, recall 1.
    assert best_f1("Denver Broncos team", answers) == pytest.approx(0.8)
    # Words count as often as they occur.
    assert best_f1("b b", ["b c"]) == pytest.approx(0.5)


def test_no_answer():
    assert exact_match("", []) == best_f1("", []) == 1.0
    assert exact_match("Broncos", []) == best_f1("Broncos", []) == 0.0
    assert best_f1("the", ["a"]) == 1.0
    assert best_f1("the", ["a"], empty_agrees=False) == 0.0
    assert usable_answers(["the", "Broncos"]) == ["Broncos"]


def test_the_best_threshold_is_that_of_a_search_of_all():
    draw = random.Random(0)
    for _ in range(50):
        number = draw.randint(1, 8)
        scores = [draw.choice([0.0, 0.4, 1.0]) for _ in range(number)]
        null = draw.sample(range(100), number)
        has = [draw.random() < 0.6 for _ in range(number)]
        answered = [draw.random() < 0.9 for _ in range(number)]
        # A question without an answer scores where "no answer" or nothing is said.
        scores = [s if h else float(not a) for s, h, a in zip(scores, has, answered, strict=True)]

        def mean(threshold, scores=scores, null=null, has=has):
            rows = zip(scores, null, has, strict=True)
            return sum(float(not h) if n > threshold else s for s, n, h in rows) / len(scores)

        found, threshold = best_threshold(scores, null, has, answered)
        assert found == pytest.approx(max(mean(t) for t in [-1, *null]))
        assert mean(threshold) == pytest.approx(found)


def find_best_thresh(preds, scores, na_probs, qid_to_has_ans):
    """As `evaluate-v2.0.py` has it."""
    cur_score = best_score = sum(1 for qid in qid_to_has_ans if not qid_to_has_ans[qid])
    best_thresh = 0.0
    for qid in sorted(na_probs, key=lambda qid: na_probs[qid]):
        if qid not in scores:
            continue
        cur_score += scores[qid] if qid_to_has_ans[qid] else (-1 if preds[qid] else 0)
        if cur_score > best_score:
            best_score, best_thresh = cur_score, na_probs[qid]
    return 100.0 * best_score / len(scores), best_thresh


def apply_no_ans_threshold(scores, na_probs, qid_to_has_ans, na_prob_thresh):
    """Likewise."""
    return {
        qid: float(not qid_to_has_ans[qid]) if na_probs[qid] > na_prob_thresh else score
        for qid, score in scores.items()
    }


def drawn_predictions(draw):
    """Questions with tied scores, predictions that are only an article, and questions of which
    nothing is said."""
    texts = ["Broncos", "the", "an", "The Denver Broncos", "Carolina"]
    golds = [[], [], ["Denver Broncos", "Broncos"], ["Carolina"]]
    number = draw.randint(1, 9)
    return (
        [draw.choice(texts) for _ in range(number)],
        [draw.choice(golds) for _ in range(number)],
        [draw.choice([-1.5, 0.0, 0.5, 2.0]) for _ in range(number)],
    )


def test_the_best_scores_are_the_official_scripts():
    draw = random.Random(1)
    for _ in range(500):
        texts, golds, null = drawn_predictions(draw)
        for score in (exact_match, best_f1):
            raw = [score(text, gold) for text, gold in zip(texts, golds, strict=True)]
            numbered = (dict(enumerate(side)) for side in (texts, raw, null, map(bool, golds)))
            theirs, thresh = find_best_thresh(*numbered)
            ours, threshold = best_threshold(raw, null, list(map(bool, golds)), [True] * len(raw))
            assert ours == pytest.approx(theirs / 100)
            assert threshold == thresh or threshold < min(null)


def test_the_tuned_threshold_gives_the_best_that_any_does():
    """By the official script's own application of a threshold, over all that differ."""
    draw = random.Random(2)
    better = articles = ties = 0
    for _ in range(500):
        texts, golds, null = drawn_predictions(draw)
        raw = [best_f1(text, gold) for text, gold in zip(texts, golds, strict=True)]
        refused = [best_f1("", gold) for gold in golds]
        assert refused == [float(not gold) for gold in golds]
        has = dict(enumerate(map(bool, golds)))
        scores, probabilities = dict(enumerate(raw)), dict(enumerate(null))

        def mean(threshold, scores=scores, probabilities=probabilities, has=has):
            given = apply_no_ans_threshold(scores, probabilities, has, threshold)
            return sum(given.values()) / len(given)

        found, threshold = reached_threshold(raw, refused, null)
        best = max(mean(t) for t in [-9.0, *null])
        assert found == pytest.approx(best) and mean(threshold) == pytest.approx(best)
        assert threshold not in null
        _, official = find_best_thresh(dict(enumerate(texts)), scores, probabilities, has)
        better += best > mean(official if official else -9.0) + 1e-9
        articles += any(len(text) < 4 and not gold for text, gold in zip(texts, golds, strict=True))
        ties += len(set(null)) < len(null)
    assert better > 20 and articles > 100 and ties > 100


def test_what_has_no_prediction_is_never_answered():
    found, threshold = reached_threshold([0.0, 1.0], [1.0, 0.0], [float("inf"), 0.0])
    assert found == 1.0 and threshold == pytest.approx(0.01)
    assert reached_threshold([0.0], [1.0], [float("inf")]) == (1.0, 0.01)
