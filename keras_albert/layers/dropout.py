"""Dropout whose seed is an argument."""

from typing import Any

import keras
from keras import ops

# How far apart two draws of one step are. A draw of a later step repeats one of this step only
# after so many steps.
_STRIDE = 1_000_003


class _GivenSeed(keras.random.SeedGenerator):
    """A seed generator that returns the seed it was given and keeps no state.

    `keras.random` takes an integer or a seed generator, and a generator's state cannot be
    advanced inside a JAX loop. A seed drawn before the loop can be passed in by this.
    """

    def __init__(self, seed: Any) -> None:
        # No call of the base class: that would make a variable.
        self._seed = seed

    def next(self, ordered: bool = True) -> Any:
        return self._seed


def fold_in(seed: Any, index: Any) -> Any:
    """A seed that differs for every `index`.

    Args:
        seed: (2,), as `keras.random.SeedGenerator.next` returns it.
        index: an int or a scalar integer tensor.
    """
    index = ops.cast(index, seed.dtype)
    first = ops.cast(ops.convert_to_tensor([1, 0]), seed.dtype)
    return seed + first * index * ops.cast(_STRIDE, seed.dtype)


def dropout(x: Any, rate: float, seed: Any) -> Any:
    """Zeroes a share `rate` of `x` and scales the rest by 1 / (1 - rate).

    Not `keras.random.dropout`: on torch that draws from torch's global generator, which no
    checkpoint holds.

    Args:
        x: a tensor of any shape.
        rate: from 0 to below 1.
        seed: (2,), or None for no dropout.
    """
    if seed is None or rate == 0.0:
        return x
    draws = keras.random.uniform(ops.shape(x), dtype="float32", seed=_GivenSeed(seed))
    return ops.where(draws >= rate, x / (1.0 - rate), ops.zeros_like(x))
