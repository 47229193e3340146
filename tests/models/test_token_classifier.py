"""AlbertTokenClassifier: its head against NumPy, sample weights against the formula."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertBackbone, AlbertTokenClassifier, InputError
from tests import contracts


def _classifier(**options):
    backbone = AlbertBackbone(500, 2, 2, 8, 16, 32, max_sequence_length=32, initializer_range=0.3)
    return AlbertTokenClassifier(backbone, num_classes=5, **options)


def test_every_token_has_scores():
    model, x = _classifier(), contracts.model_inputs(7, None)
    states = keras.ops.convert_to_numpy(model.backbone(x)["sequence_output"])
    kernel, bias = model.output_dense.get_weights()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(model(x)), states @ kernel + bias, atol=1e-6
    )


def test_tokens_without_weight_do_not_count():
    model, x = _classifier(), contracts.model_inputs(7, None)
    y = np.random.default_rng(0).integers(0, 5, (4, 7))
    weights = x["padding_mask"].astype("float32")
    got = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    logits = keras.ops.convert_to_numpy(model(x)).astype("float64")
    hits = (logits.argmax(axis=-1) == y) * weights
    np.testing.assert_allclose(got["accuracy"], hits.sum() / weights.sum(), atol=1e-6)
    changed = np.where(weights == 1, y, (y + 1) % 5)
    again = model.evaluate(x, changed, sample_weight=weights, verbose=0, return_dict=True)
    np.testing.assert_allclose(again["loss"], got["loss"], atol=1e-6)


def test_no_classes_is_an_error():
    with pytest.raises(InputError, match="num_classes=0"):
        AlbertTokenClassifier(_classifier().backbone, num_classes=0)
