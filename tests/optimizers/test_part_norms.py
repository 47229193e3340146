"""Norms, factors and clipping by part against NumPy."""

import keras
import numpy as np
import pytest

from keras_albert.layers.fused_parts import FusedParts
from keras_albert.optimizers.part_norms import clip_parts, part_norms, spread

PARTS = FusedParts(("query", "key", "value"), (4, 2, 3, 5), 2)
VALUES = np.random.default_rng(0).normal(size=(4, 30)).astype("float32")
VALUES.reshape(PARTS.shape)[:, :, 1] *= 10


def _numpy(x):
    return keras.ops.convert_to_numpy(x)


def _norms():
    return [np.linalg.norm(VALUES.reshape(PARTS.shape)[:, :, part]) for part in range(3)]


def test_norms():
    np.testing.assert_allclose(_numpy(part_norms(VALUES, PARTS)).ravel(), _norms(), rtol=1e-5)
    np.testing.assert_allclose(_numpy(part_norms(VALUES)), np.linalg.norm(VALUES), rtol=1e-5)


def test_factors_go_to_their_parts():
    factors = np.arange(3, dtype="float32").reshape(1, 1, 3, 1)
    got = _numpy(spread(keras.ops.convert_to_tensor(factors), PARTS))
    assert got.shape == VALUES.shape
    for part in range(3):
        assert (got.reshape(PARTS.shape)[:, :, part] == part).all()


@pytest.mark.parametrize("norm", [1.0, 10.0, 1000.0])
def test_clipping(norm):
    got = _numpy(clip_parts(keras.ops.convert_to_tensor(VALUES), PARTS, norm))
    expected = VALUES.reshape(PARTS.shape).copy()
    for part, found in enumerate(_norms()):
        expected[:, :, part] *= min(1.0, norm / found)
    np.testing.assert_allclose(got, expected.reshape(VALUES.shape), rtol=1e-5)
