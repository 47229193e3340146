"""Seeds: the same draws again, and torch put back as it was."""

import keras
import numpy as np

from keras_albert.training.determinism import deterministic_operations


def _draws():
    layer = keras.layers.Dense(4)
    layer.build((None, 3))
    return np.concatenate([np.random.random(3), keras.ops.convert_to_numpy(layer.kernel).ravel()])


def test_the_same_seed_draws_the_same():
    found = []
    for seed in (1, 1, 2):
        with deterministic_operations(seed):
            found.append(_draws())
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_torch_is_put_back():
    import torch

    before = torch.are_deterministic_algorithms_enabled()
    with deterministic_operations(0):
        inside = torch.are_deterministic_algorithms_enabled()
    assert inside == (keras.config.backend() == "torch" or before)
    assert torch.are_deterministic_algorithms_enabled() == before
