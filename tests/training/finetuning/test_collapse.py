"""Collapse: said where a run learned nothing, and only there."""

import math
import re

import pytest

from keras_albert.training.finetuning.collapse import collapse_reason

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


def test_one_tag_for_every_word_is_a_collapse():
    gold = [["O", "B-LOC"], ["O"]]
    sentences = [{"words": ["a"] * len(tags), "gold": tags} for tags in gold]
    lazy = [{**row, "prediction": ["O"] * len(row["gold"])} for row in sentences]
    assert "every word the tag 'O'" in collapse_reason(lazy, None, 0.1)
    assert collapse_reason([{**row, "prediction": row["gold"]} for row in lazy], None, 0.1) is None
    assert collapse_reason(lazy[1:], None, 0.1) is None  # right: there is no other tag


def test_one_place_in_every_passage_is_a_collapse():
    answers = [
        {"context": f"{word} and more", "gold": ["more"], "prediction": word, "start": 0}
        for word in ("one", "two", "three")
    ]
    assert "begin at character 0 of every passage" in collapse_reason(answers, None, 0.1)
    assert collapse_reason([*answers[:2], {**answers[2], "start": 6}], None, 0.1) is None
    # Questions about one passage may have one answer.
    same = [
        {**row, "context": "one", "gold": [word]} for row, word in zip(answers, "abc", strict=True)
    ]
    assert collapse_reason(same, None, 0.1) is None
