"""Random weights, the same on every backend; and none where a checkpoint's follow."""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

_assigned_later = contextvars.ContextVar("assigned_later", default=False)


@contextlib.contextmanager
def weights_assigned_later() -> Iterator[None]:
    """Models that are built inside start from zeros.

    For building a model whose every weight is then assigned: drawing normal numbers takes several
    times as long as reading them from a file, and for a moment several times their memory.
    """
    token = _assigned_later.set(True)
    try:
        yield
    finally:
        _assigned_later.reset(token)


@keras.saving.register_keras_serializable("keras_albert")
class RandomWeights(keras.initializers.TruncatedNormal):
    """`keras.initializers.TruncatedNormal`, drawn by NumPy; zeros inside `weights_assigned_later`.

    The initialiser of google-research/albert (`modeling.create_initializer`). Keras's own draws
    other numbers on each backend from the same seed; with this one a model built after
    `keras.utils.set_random_seed` starts from the same weights on all of them.

    Args:
        mean: of the distribution before it is truncated at two standard deviations.
        stddev: its standard deviation.
        seed: see Keras.
    """

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of that shape."""
        # Both from NumPy: JAX compiles a program for every shape of its own.
        if _assigned_later.get():
            return ops.convert_to_tensor(np.zeros(shape, "float32"), dtype=dtype)
        generator = np.random.default_rng(self.seed)
        draws = generator.standard_normal(shape, np.float32)
        while (beyond := np.abs(draws) > 2).any():
            draws[beyond] = generator.standard_normal(int(beyond.sum()), np.float32)
        return ops.convert_to_tensor(self.mean + self.stddev * draws, dtype=dtype)
