"""MaskedTokenLoss beside Google's formula in NumPy."""

import keras
import numpy as np
import pytest

from keras_albert import MaskedTokenLoss


@pytest.mark.parametrize("weighted", [True, False])
def test_google_s_formula(weighted):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 4, 11)).astype("float32")
    labels = rng.integers(0, 11, (3, 4))
    weight = rng.integers(0, 2, (3, 4)).astype("float32") if weighted else None
    log_probs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    nll = -np.take_along_axis(log_probs, labels[..., None], -1)[..., 0]
    used = np.ones((3, 4)) if weight is None else weight
    expected = (nll * used).sum() / (used.sum() + 1e-5)
    loss = MaskedTokenLoss()(labels, logits, weight)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(loss), expected, rtol=1e-6)


def test_no_masked_token_is_no_loss():
    loss = MaskedTokenLoss()(np.zeros((2, 3), int), np.zeros((2, 3, 5)), np.zeros((2, 3)))
    assert float(loss) == 0


def test_configuration():
    again = keras.losses.deserialize(keras.losses.serialize(MaskedTokenLoss(name="mine")))
    assert isinstance(again, MaskedTokenLoss) and again.name == "mine"
