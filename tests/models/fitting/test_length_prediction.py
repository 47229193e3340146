"""predict_by_length: the outputs of one batch of full length."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertMultipleChoice,
    AlbertQuestionAnswerer,
    AlbertTokenClassifier,
)
from keras_albert.models.fitting.length_prediction import predict_by_length

MODELS = {
    "token_classifier": lambda backbone: AlbertTokenClassifier(backbone, 3),
    "question_answerer": AlbertQuestionAnswerer,
    "multiple_choice": AlbertMultipleChoice,
}


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(name, marks=pytest.mark.once) for name in list(MODELS)[:2]), "multiple_choice"],
)
def test_rows_are_answered_in_their_order(name, backbone):
    model = MODELS[name](backbone)
    generator = np.random.default_rng(0)
    shape = (38, 2, 32) if name == "multiple_choice" else (38, 32)
    lengths = generator.integers(3, 23, shape[:-1])
    mask = (np.arange(32) < lengths[..., np.newaxis]).astype("int32")
    x = {
        "token_ids": generator.integers(5, 500, shape).astype("int32") * mask,
        "segment_ids": 0 * mask,
        "padding_mask": mask,
    }
    expected = keras.Model.predict(model, x, verbose=0)
    result = predict_by_length(model, x, 2, verbose=0)
    shallow = predict_by_length(model, x, 2, depth=1, verbose=0)
    for got, want, other in zip(*map(keras.tree.flatten, (result, expected, shallow)), strict=True):
        assert got.shape == want.shape == other.shape
        if model.outputs_along_tokens:
            assert (got[mask == 0] == model.padding_output).any()
            got, want = got[mask == 1], want[mask == 1]
        np.testing.assert_allclose(got, want, atol=1e-5)
        assert np.abs(other[mask == 1] if model.outputs_along_tokens else other - want).max() > 1e-3
