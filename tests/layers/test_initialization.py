"""Random outside, zeros inside, and nothing of it left afterwards."""

import keras
import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from keras_albert import AlbertBackbone
from keras_albert.layers.initialization import RandomWeights, weights_assigned_later


def values(initializer, shape=(200, 200)):
    return keras.ops.convert_to_numpy(initializer(shape, dtype="float32"))


def test_the_distribution_is_the_truncated_normal():
    found = values(RandomWeights(mean=1.0, stddev=0.02, seed=1))
    expected = truncnorm(-2, 2, loc=1.0, scale=0.02)
    assert np.abs(found - 1.0).max() <= 0.04 + 1e-6
    assert kstest(found.ravel(), expected.cdf).pvalue > 0.01


def test_the_seed_of_the_process_decides():
    sizes = (50, 2, 2, 8, 16, 32)
    built = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        built.append([weight for weight in AlbertBackbone(*sizes).get_weights() if weight.ndim > 1])
    first, again, other = built
    for one, two, three in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, three)
    # No two kernels of one shape hold the same numbers.
    kernels = [weight for weight in first if weight.shape == (16, 16)]
    assert len(kernels) > 1 and not np.array_equal(kernels[0], kernels[1])


def test_zeros_inside_only():
    initializer = RandomWeights(stddev=0.02)
    with weights_assigned_later():
        assert not values(initializer).any()
    assert values(initializer).any()
    with pytest.raises(KeyError), weights_assigned_later():
        raise KeyError
    assert values(initializer).any()


def test_every_weight_of_a_model_built_inside_is_constant():
    sizes = (50, 2, 2, 8, 16, 32)
    with weights_assigned_later():
        model = AlbertBackbone(*sizes)
    for variable in model.variables:
        assert np.ptp(keras.ops.convert_to_numpy(variable)) == 0


def test_serialises():
    initializer = RandomWeights(stddev=0.5, seed=3)
    again = keras.initializers.deserialize(keras.initializers.serialize(initializer))
    np.testing.assert_array_equal(values(again), values(initializer))
