"""SQuAD's metrics against the official scripts' rules and published behaviour."""

import random

import pytest

from keras_albert.benchmarks.questions.squad_metrics import (
    best_f1,
    best_threshold,
    exact_match,
    normalized_answer,
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
