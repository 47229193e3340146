"""Initial weights: their distribution against SciPy, and the same on every backend."""

import keras
import numpy as np
import pytest
import scipy.stats

from keras_albert.models import AlbertBackbone
from keras_albert.training.initial_weights import draw_initial_weights, truncated_normal

SETTINGS = {
    "vocabulary_size": 50,
    "num_layers": 2,
    "num_heads": 2,
    "embedding_dim": 8,
    "hidden_dim": 16,
    "intermediate_dim": 32,
    "max_sequence_length": 16,
}


def test_the_draws_are_a_truncated_normal():
    draws = truncated_normal(np.random.default_rng(0), (100_000,), 0.05)
    expected = scipy.stats.truncnorm(-2, 2, scale=0.05)
    assert scipy.stats.kstest(draws, expected.cdf).pvalue > 0.01


def test_kernels_are_drawn_and_the_rest_stays():
    backbone = AlbertBackbone(**SETTINGS)
    draw_initial_weights(backbone, 3, 0.1)
    generator = np.random.default_rng(3)
    for variable in backbone.trainable_variables:
        value = keras.ops.convert_to_numpy(variable)
        if value.ndim > 1:
            # The same backend-free draws, redone here in the order of the variables.
            np.testing.assert_array_equal(value, truncated_normal(generator, value.shape, 0.1))
        else:
            assert set(np.unique(value)) == ({1.0} if variable.name == "gamma" else {0.0})


@pytest.mark.parametrize("seed", [3, 4])
def test_the_seed_decides(seed):
    models = [AlbertBackbone(**SETTINGS) for _ in range(2)]
    for model, its_seed in zip(models, (3, seed), strict=True):
        draw_initial_weights(model, its_seed, 0.1)
    same = [
        np.array_equal(one, other)
        for one, other in zip(models[0].get_weights(), models[1].get_weights(), strict=True)
        if one.ndim > 1
    ]
    assert all(same) if seed == 3 else not any(same)
