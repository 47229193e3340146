"""Heads from a backbone's settings."""

import keras
import numpy as np

from keras_albert import AlbertBackbone
from keras_albert.models.heads import masked_token_head, score_head


def _backbone():
    return AlbertBackbone(
        500, 2, 2, 8, 16, 32, initializer_range=0.3, activation="relu", dtype="mixed_bfloat16"
    )


def test_scores_stay_in_float32_and_start_as_the_backbone_does():
    head = score_head(_backbone(), 400, activation="tanh")
    scores = head(keras.ops.ones((1, 16), dtype="bfloat16"))
    assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    kernel = keras.ops.convert_to_numpy(head.kernel)
    # A normal distribution cut at two standard deviations keeps 0.88 of its own.
    np.testing.assert_allclose(kernel.std(), 0.3 * 0.8796, rtol=0.05)
    expected = np.tanh(kernel.sum(axis=0))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(scores)[0], expected, atol=1e-5)


def test_the_masked_token_head_reads_the_backbones_embeddings():
    backbone = _backbone()
    head = masked_token_head(backbone)
    states = np.zeros((1, 3, 16), "float32")
    positions = np.zeros((1, 1), "int32")
    assert head(states, positions).shape == (1, 1, 500)
    assert head.token_embedding is backbone.token_embedding
    assert head.compute_dtype == "bfloat16"
