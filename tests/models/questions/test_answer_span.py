"""Answers in every form, and what is wrong with others."""

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models.questions.answer_span import AnswerSpan, answer_at, read_answers

pytestmark = pytest.mark.once
PASSAGE = "A table has rows and rows."
SPAN = AnswerSpan("rows", 12, 16)


@pytest.mark.parametrize(
    "answer",
    [
        ("rows", 12),
        ["rows", 12],
        {"text": "rows", "answer_start": 12},
        [{"text": "rows", "answer_start": 12}, {"text": "A", "answer_start": 0}],
        {"text": ["rows", "A"], "answer_start": [12, 0]},
        {"text": np.array(["rows"], object), "answer_start": np.array([12])},
        (" rows ", 11),
    ],
)
def test_an_answer_is_read(answer):
    assert read_answers([answer], [PASSAGE]) == [SPAN]


@pytest.mark.parametrize("answer", [None, "", [], {"text": [], "answer_start": []}, ("", 0)])
def test_no_answer_is_read(answer):
    assert read_answers([answer, ("rows", 12)], [PASSAGE, PASSAGE]) == [None, SPAN]


def test_columns_are_read():
    columns = {"text": ["rows", ""], "answer_start": [12, 0]}
    assert read_answers(columns, [PASSAGE, PASSAGE]) == [SPAN, None]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([("rows", 11)], "does not begin at character 11.*it does at 12"),
        ([("columns", 3)], "nor anywhere else"),
        ([("rows", 99)], "does not begin at character 99"),
        ([("rows", "12")], "expected a text and the number"),
        ([("rows", True)], "expected a text and the number"),
        ([{"text": "rows", "start": 12}], "no 'answer_start'"),
        ([3], r"Answer 0 is 3"),
        ([("rows", 12)] * 2, "1 passages and 2 answers"),
        ("rows", "list of answers"),
    ],
)
def test_what_is_no_answer_is_said(answers, message):
    with pytest.raises(InputError, match=message):
        read_answers(answers, [PASSAGE])


def test_an_answer_at_its_place():
    assert answer_at("rows", 21, PASSAGE, "here").start == 21
    with pytest.raises(InputError, match="^here: "):
        answer_at("rows", 22, PASSAGE, "here")
