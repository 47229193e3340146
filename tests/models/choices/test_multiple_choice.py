"""AlbertMultipleChoice: each choice on its own gives the same score."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertMultipleChoice,
    AlbertMultipleChoicePreprocessor,
    InputError,
)
from tests import contracts


def _backbone(**options):
    return AlbertBackbone(
        500, 2, 2, 8, 16, 32, max_sequence_length=32, initializer_range=0.3, **options
    )


def _choices(length=7):
    """Two rows of three choices."""
    x = contracts.model_inputs(length, None, rows=6)
    return {name: value.reshape(2, 3, length) for name, value in x.items()}


def test_choices_are_scored_one_by_one():
    model, x = AlbertMultipleChoice(_backbone()), _choices()
    scores = keras.ops.convert_to_numpy(model(x))
    assert scores.shape == (2, 3)
    kernel, bias = model.output_dense.get_weights()
    for choice in range(3):
        pooled = model.backbone({name: value[:, choice] for name, value in x.items()})
        expected = keras.ops.convert_to_numpy(pooled["pooled_output"]) @ kernel + bias
        np.testing.assert_allclose(scores[:, choice], expected[:, 0], atol=1e-6)


def test_it_learns_and_survives_saving(tmp_path):
    model, x = AlbertMultipleChoice(_backbone(), dropout=0.0), _choices()
    contracts.check_serialisation(model, x, tmp_path)
    contracts.check_fit_step(model, x, np.array([2, 0], "int32"), "scores/bias")


@pytest.mark.once
def test_questions_are_answered_from_raw_strings(tokenizer):
    preprocessor = AlbertMultipleChoicePreprocessor(tokenizer, sequence_length=24)
    model = AlbertMultipleChoice(_backbone(), preprocessor=preprocessor)
    questions = [
        {"context": "A table.", "question": "It is a _ .", "options": ["table", "row", "view"]},
        ("A row.", "Which?", ["one", "two"]),
    ] * 2
    model.fit(questions, [0, 1, 0, 1], verbose=0)
    measured = model.evaluate(questions, [0, 1, 0, 1], verbose=0, return_dict=True)
    answers = model.choose(questions)
    assert [len(answer["probabilities"]) for answer in answers] == [3, 2, 3, 2]
    for answer in answers:
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-6)
    right = [a["prediction"] == gold for a, gold in zip(answers, [0, 1, 0, 1], strict=True)]
    assert measured["accuracy"] == pytest.approx(np.mean(right), abs=1e-6)
    # A choice that only fills up the array changes nothing.
    alone = model.choose([questions[1]])[0]["probabilities"]
    np.testing.assert_allclose(alone, answers[1]["probabilities"], atol=1e-5)


@pytest.mark.once
def test_a_backbone_without_pooler_is_an_error():
    with pytest.raises(InputError, match="pooler=False"):
        AlbertMultipleChoice(_backbone(pooler=False))
