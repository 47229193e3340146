"""RACE's rows: the rule of the last question tokens and the context's tail."""

import numpy as np
import pytest

from keras_albert import AlbertMultipleChoicePreprocessor, InputError
from keras_albert.models.choices.multiple_choice_preprocessor import question_with

pytestmark = pytest.mark.once
QUESTION = {
    "context": "A table holds rows. " * 20,
    "question": "A table holds _ .",
    "options": ["rows", "all the columns of the world", "no data"],
}


def test_rows_follow_the_rule_written_out(tokenizer) -> None:
    preprocessor = AlbertMultipleChoicePreprocessor(tokenizer, 32, question_length=9)
    x = preprocessor([QUESTION])
    context = tokenizer.encode([QUESTION["context"]])[0].tolist()
    for number, option in enumerate(QUESTION["options"]):
        text = QUESTION["question"].replace("_", option)
        ending = tokenizer.encode([text])[0].tolist()[-9:]
        cut = context[: 32 - 3 - len(ending)]
        row = [tokenizer.cls_token_id, *cut, tokenizer.sep_token_id, *ending]
        assert x["token_ids"][0, number].tolist() == [*row, tokenizer.sep_token_id]
        assert x["segment_ids"][0, number].tolist() == [0] * (len(cut) + 2) + [1] * (
            len(ending) + 1
        )


def test_questions_of_different_numbers_of_options(tokenizer) -> None:
    pair = ("", "Which?", ["one", "two"])
    x, y = AlbertMultipleChoicePreprocessor(tokenizer, sequence_length=16)([QUESTION, pair], [2, 1])
    assert x["token_ids"].shape == (2, 3, 16) and y == [2, 1]
    assert x["padding_mask"][1].any(axis=-1).tolist() == [True, True, False]
    assert not x["segment_ids"][1, 2].any()


def test_an_option_stands_behind_a_question_without_a_gap() -> None:
    assert question_with("", "yes") == "yes"
    assert question_with("_ or _?", "a") == "a or a?"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({}, "dict"),
        ([], "none"),
        ([{"contxt": "", "question": "", "options": ["a", "b"]}], "Did you mean 'contxt'"),
        ([("", "", ["a"])], "two or more"),
        ([("", "", "ab")], "two or more"),
        ([("", 3, ["a", "b"])], "question is int"),
        ([("", "", ["a", " "])], "option 1"),
        (["text"], "Question 0 is str"),
    ],
)
def test_what_is_no_question_is_named(tokenizer, bad, message) -> None:
    with pytest.raises(InputError, match=message):
        AlbertMultipleChoicePreprocessor(tokenizer, sequence_length=16)(bad)


def test_a_question_fits_beside_nothing(tokenizer) -> None:
    preprocessor = AlbertMultipleChoicePreprocessor(tokenizer, sequence_length=8)
    x = preprocessor([{**QUESTION, "question": "of data " * 50}])
    assert x["padding_mask"].all()
    assert np.equal(x["token_ids"], tokenizer.sep_token_id).sum() == 2 * 3
