"""Rows of questions and passages."""

import json

import numpy as np
import pytest

from keras_albert import AlbertQuestionAnswererPreprocessor
from keras_albert.errors import InputError
from tests import contracts

pytestmark = pytest.mark.once


def test_a_row_is_question_and_window(cmrc_tokenizer):
    tokenizer = cmrc_tokenizer
    preprocessor = AlbertQuestionAnswererPreprocessor(tokenizer, 12, question_length=3, stride=2)
    encoded = preprocessor.encode(["何时何地"], ["一二三四五六七八"])
    question, passage = tokenizer.encode(["何时何地", "一二三四五六七八"])
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    expected = [cls, *question[:3], sep, *passage[:6], sep]
    np.testing.assert_array_equal(encoded.x["token_ids"][0], expected)
    np.testing.assert_array_equal(encoded.x["token_ids"][1, 5:11], passage[2:8])
    assert encoded.x["segment_ids"][0].tolist() == [0] * 5 + [1] * 7
    assert encoded.x["padding_mask"].all()
    assert encoded.first_position.tolist() == [5, 5]
    short = preprocessor.encode(["何"], ["一二"])
    assert short.x["padding_mask"][0].tolist() == [1] * 6 + [0] * 6
    assert (short.x["token_ids"][0, 6:] == tokenizer.pad_token_id).all()


def test_a_span_is_taken_from_its_starts_best_window_or_one_that_holds_its_end(cmrc_tokenizer):
    preprocessor = AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 10, stride=3)
    encoded = preprocessor.encode(["几"], ["一二三四五六七八九"])
    # Windows [0, 6) and [3, 9); tokens 3 and 4 are best in the first, where token 5 ends.
    assert encoded.tokens.tolist() == [[0, 6], [3, 9]]
    assert encoded.least_end[0, 3:9].tolist() == [0, 0, 0, 0, 0, 12]
    assert encoded.least_end[1, 3:9].tolist() == [6, 6, 0, 0, 0, 0]


def test_a_passage_of_100_000_tokens(cmrc_tokenizer):
    preprocessor = AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 384)
    encoded = preprocessor.encode(["何时？"], ["今天天气好，" * 17_000])
    assert len(encoded.offsets[0]) == 102_000
    covered = np.zeros(102_000, np.int64)
    for (first, last), begin, row in zip(
        encoded.tokens, encoded.first_position, encoded.least_end, strict=True
    ):
        covered[first:last] += row[begin : begin + last - first] == 0
    assert (covered == 1).all()  # each token is answered for once


def test_as_a_layer(cmrc_tokenizer):
    preprocessor = AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 32)
    x, y, weights = preprocessor(
        (["何时？", "几？"], ["他今天来。", "三个。"]), [("今天", 1), None], np.array([2.0, 1.0])
    )
    assert x["token_ids"].shape == (2, 32) and weights.tolist() == [2.0, 1.0]
    assert y["start"].tolist() == [6, 0] and y["end"].tolist() == [7, 0]
    again = AlbertQuestionAnswererPreprocessor.from_config(
        json.loads(json.dumps(preprocessor.get_config())) | {"tokenizer": cmrc_tokenizer}
    )
    assert (again.stride, again.question_length) == (128, 64)


def test_it_survives_saving(tokenizer, backbone, tmp_path):
    preprocessor = AlbertQuestionAnswererPreprocessor(tokenizer, 24, question_length=5, stride=7)
    backbone.save_to_preset(str(tmp_path))
    contracts.check_preprocessor(preprocessor, (["A table.", "Rows"], ["It", "is"]), tmp_path)


@pytest.mark.parametrize(
    ("questions", "passages", "message"),
    [
        (["何"], ["  "], "Passage 0 has no text"),
        (["何", "几"], ["三个"], "2 first texts and 1"),
        ([3], ["三个"], "not a string"),
        ([], [], "no texts"),
    ],
)
def test_what_cannot_be_asked_is_said(questions, passages, message, cmrc_tokenizer):
    with pytest.raises(InputError, match=message):
        AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 32).encode(questions, passages)


def test_settings_are_checked(cmrc_tokenizer):
    with pytest.raises(InputError, match="stride=0"):
        AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 32, stride=0)
    with pytest.raises(InputError, match="sequence_length=3"):
        AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 3)
    with pytest.raises(InputError, match="questions and passages"):
        AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, 32)(["何时？"])
