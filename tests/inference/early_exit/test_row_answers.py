"""Which tasks give a row one answer."""

import pytest

from keras_albert import AlbertMaskedLM, AlbertMultipleChoice, AlbertTextClassifier
from keras_albert.errors import InputError
from keras_albert.inference.early_exit.row_answers import RowAnswers
from tests.inference.early_exit.test_early_exit import backbone

pytestmark = pytest.mark.once


def test_the_kind_of_answer_is_the_tasks():
    body = backbone()
    problems = ("single_label", "multi_label", "regression")
    for problem in problems:
        answers = RowAnswers.of(AlbertTextClassifier(body, 2, problem=problem))
        assert answers == RowAnswers(problem, are_probabilities=False)
    ready = AlbertTextClassifier(body, 2, activation="softmax")
    assert RowAnswers.of(ready) == RowAnswers("single_label", are_probabilities=True)
    assert RowAnswers.of(AlbertMultipleChoice(body)).problem == "single_label"
    with pytest.raises(InputError, match=r"depth=4"):
        RowAnswers.of(AlbertMaskedLM(body))
