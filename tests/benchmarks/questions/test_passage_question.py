"""PassageQuestion: what a reader fills in."""

import pytest

from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.models.questions.answer_span import AnswerSpan

pytestmark = pytest.mark.once


def test_a_span_is_where_the_answer_stands():
    question = PassageQuestion("1", "What?", "A table.", ["table"], AnswerSpan("table", 2, 7), "f")
    assert question.passage[question.span.start : question.span.end] == question.answers[0]
