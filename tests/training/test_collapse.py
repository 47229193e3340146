"""Collapse: said where a run learned nothing, and only there."""

import math
import re

import pytest

from keras_albert.training.collapse import collapse_reason

pytestmark = pytest.mark.once
CHANCE = {"accuracy": 0.5, "how": "always answering 'a'"}


def rows(gold, predicted):
    return [
        {"gold": g, "prediction": p, "correct": g == p}
        for g, p in zip(gold, predicted, strict=True)
    ]


@pytest.mark.parametrize(
    ("gold", "predicted", "chance", "loss", "reason"),
    [
        ("abab", "aaaa", CHANCE, 0.7, "answers 'a' to everything"),
        ("abab", "abba", CHANCE, 0.7, "accuracy 0.500 is not above always answering 'a': 0.500"),
        ("abab", "abab", CHANCE, math.nan, "the loss is nan"),
        ("abab", "abab", CHANCE, math.inf, "the loss is inf"),
        ("abab", "abaa", CHANCE, 0.7, None),
        ("aaaa", "aaaa", {**CHANCE, "accuracy": 1.0}, 0.1, None),
        ([0.0, 5.0], [2.5, 2.5001], None, 3.0, "answers about 2.5 to everything"),
        ([0.0, 5.0], [2.0, 3.0], None, 3.0, None),
        ([["a"], ["b"]], [[], []], None, 0.3, r"answers \[\] to everything"),
    ],
)
def test_what_it_says(gold, predicted, chance, loss, reason):
    found = collapse_reason(rows(gold, predicted), chance, loss)
    assert found is None if reason is None else re.search(reason, found)
