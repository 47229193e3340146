"""Characters to tokens and back, on CMRC's trial set."""

import numpy as np
import pytest

from keras_albert.models.questions.answer_span import AnswerSpan
from keras_albert.models.questions.encoded_questions import token_span
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)
from keras_albert.text.vocabulary import train_vocabulary

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(0, 1, (0, 0)), (0, 7, (0, 1)), (3, 5, (1, 1)), (6, 8, (1, 3)), (1, 2, (-1, -1))],
)
def test_the_fewest_tokens_that_cover_characters(start, end, expected):
    # The third token is a word mark alone, which comes from no character.
    offsets = np.array([[0, 1], [2, 7], [7, 7], [7, 8]])
    assert token_span(offsets, start, end) == expected


def _there_and_back(cmrc, tokenizer):
    """Answers to labels to answers: those that came back otherwise, each with what came."""
    preprocessor = AlbertQuestionAnswererPreprocessor(tokenizer, sequence_length=512)
    encoded = preprocessor.encode([q.question for q in cmrc], [q.passage for q in cmrc])
    labels = encoded.labels([q.span for q in cmrc])
    back, found = {}, set()
    for row in np.flatnonzero(labels["impossible"][:, 0] == 0).tolist():
        question = int(encoded.question_of_row[row])
        span = encoded.span(row, labels["start"][row], labels["end"][row], 0.0)
        assert back.setdefault(question, span) == span  # every window gives the same
        found.add(question)
    assert len(found) == len(cmrc) == 1002
    return [(cmrc[n], span) for n, span in back.items() if span[:3] != tuple(cmrc[n].span[:3])]


def test_labels_and_characters_are_each_others_way_back(cmrc, cmrc_tokenizer):
    """Every answer comes back to the character, but one that begins inside a word."""
    different = _there_and_back(cmrc, cmrc_tokenizer)
    assert len(different) == 1
    for question, span in different:
        assert question.span.text in span.text
        # The file's answer begins amid the letters of a word.
        begin = question.span.start
        assert question.passage[begin - 1 : begin + 1].isascii()
        assert question.passage[begin - 1 : begin + 1].isalnum()


def test_a_sentencepiece_answer_comes_back_but_where_it_ends_inside_a_piece(cmrc, tmp_path):
    passages = list(dict.fromkeys(question.passage for question in cmrc))
    tokenizer = train_vocabulary(passages, tmp_path / "vocabulary", size=5000)
    different = _there_and_back(cmrc, tokenizer)
    assert len(cmrc) - len(different) == 950
    for question, span in different:
        assert span.start <= question.span.start and question.span.end <= span.end


def test_a_window_without_the_whole_answer_has_none(cmrc_tokenizer):
    passage = "一二三四五六七八九十百千万"
    preprocessor = AlbertQuestionAnswererPreprocessor(cmrc_tokenizer, sequence_length=10, stride=3)
    encoded = preprocessor.encode(["几"], [passage])
    labels = encoded.labels([AnswerSpan("五六七", 4, 7)])
    assert encoded.tokens.tolist() == [[0, 6], [3, 9], [6, 12], [9, 13]]
    assert labels["impossible"][:, 0].tolist() == [1, 0, 1, 1]
    assert labels["start"].tolist() == [0, 4, 0, 0] and labels["end"].tolist() == [0, 6, 0, 0]
    assert labels["impossible"].dtype == np.float32
    nothing = encoded.labels([None])
    assert nothing["impossible"].all() and not nothing["start"].any()
