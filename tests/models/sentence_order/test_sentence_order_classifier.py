"""AlbertSentenceOrderClassifier: the pretrainer's head, and its answers for both orders."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertPretrainer,
    AlbertPretrainerPreprocessor,
    AlbertSentenceOrderClassifier,
    InputError,
)
from tests.foreign import hf_model, hf_outputs, save_torch
from tests.peer import padded_batch

FIRST, SECOND = ["A table.", "Then rows."], ["It has rows.", "First a table."]


@pytest.fixture
def pretrained(backbone, tokenizer, tmp_path):
    task = AlbertPretrainer(backbone, AlbertPretrainerPreprocessor(tokenizer, sequence_length=32))
    task.save_to_preset(str(tmp_path / "preset"))
    return task, tmp_path / "preset"


def test_it_takes_the_head_that_pretraining_learned(pretrained):
    pretrainer, folder = pretrained
    model = AlbertSentenceOrderClassifier.from_preset(folder)
    x = model.preprocessor(x=(FIRST, SECOND))
    positions = np.zeros((2, 1), "int32")
    expected = pretrainer({**x, "mask_positions": positions})["sentence_order"]
    np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (model(x), expected)), atol=1e-6)


def test_transformers_pretrained_models_answer_alike(tmp_path):
    theirs = hf_model("AlbertForPreTraining")
    batch = padded_batch()
    batch.pop("mask_positions")
    model = AlbertSentenceOrderClassifier.from_preset(save_torch(theirs, tmp_path / "hf"))
    ours = keras.ops.convert_to_numpy(model(batch))
    np.testing.assert_allclose(ours, hf_outputs(theirs, batch)["sop_logits"], atol=1e-5)


def test_the_answer_for_the_other_order_is_the_opposite(pretrained):
    model = AlbertSentenceOrderClassifier.from_preset(pretrained[1])
    answers = model.natural_order(FIRST, SECOND)
    opposite = model.natural_order(SECOND, FIRST)
    pairs = ((FIRST, SECOND), (SECOND, FIRST))
    logits = [model.predict(pair, verbose=0).astype(float) for pair in pairs]
    forward, backward = (scores[:, 0] - scores[:, 1] for scores in logits)
    expected = 1 / (1 + np.exp(-(forward - backward) / 2))
    for number, (one, other) in enumerate(zip(answers, opposite, strict=True)):
        assert one["in_order"] == pytest.approx(expected[number], abs=1e-5)
        assert one["in_order"] == pytest.approx(other["swapped"], abs=1e-5)
        assert one["order"] == other["order"]
        assert one["order"][0] == (FIRST if one["in_order"] >= 0.5 else SECOND)[number]


@pytest.mark.once
def test_labels_are_order_and_swap(pretrained):
    model = AlbertSentenceOrderClassifier.from_preset(pretrained[1])
    model.fit((FIRST, SECOND), [0, 1], verbose=0)
    with pytest.raises(InputError, match="neither 0"):
        model.fit((FIRST, SECOND), [0, 2], verbose=0)
