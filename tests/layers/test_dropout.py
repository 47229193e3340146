"""Dropout with a given seed."""

import keras
import numpy as np

from keras_albert.layers.dropout import dropout, fold_in


def _seed():
    return keras.random.SeedGenerator(5).next()


def test_share_and_scale():
    x = np.ones((400, 500), "float32")
    got = keras.ops.convert_to_numpy(dropout(x, 0.25, _seed()))
    assert set(np.unique(got)) == {0.0, np.float32(1 / 0.75)}
    # 200,000 draws: the standard error of the share is 0.001.
    assert abs((got == 0).mean() - 0.25) < 0.005


def test_the_seed_decides():
    x = np.ones((50, 50), "float32")
    seed = _seed()
    first, again, other = (
        keras.ops.convert_to_numpy(dropout(x, 0.5, s)) for s in (seed, seed, fold_in(seed, 1))
    )
    np.testing.assert_array_equal(first, again)
    # Independent masks agree on half the places.
    assert 0.4 < (first == other).mean() < 0.6


def test_folded_seeds_of_one_step_are_not_those_of_the_next():
    generator = keras.random.SeedGenerator(5)
    steps = [generator.next() for _ in range(3)]
    seeds = {
        tuple(keras.ops.convert_to_numpy(fold_in(seed, i)).tolist())
        for seed in steps
        for i in range(36)
    }
    sums = {sum(seed) for seed in seeds}  # torch adds both halves
    assert len(seeds) == len(sums) == 3 * 36


def test_no_seed_no_dropout():
    x = np.ones((2, 2), "float32")
    assert dropout(x, 0.5, None) is x
