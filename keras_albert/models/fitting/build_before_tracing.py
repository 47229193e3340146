"""What a training step keeps, made before TensorFlow traces the step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np


class BuiltAhead:
    """Mixed into a task: on TensorFlow, the state of optimizer, loss and metrics is made first.

    Keras leaves them to the first trace there, unlike on JAX and PyTorch, and `tf.function` traces
    anew what made variables: of a small model half the seconds before the first step. The hook and
    the builder are Keras's own, not public: what pyproject.toml pins Keras for.
    """

    _trains = False

    def fit_encoded(self, **options: Any) -> Any:
        """`keras.Model.fit`, for what is encoded already; takes its arguments by name.

        KerasHub's `fit` would run the preprocessor over it and takes no generator.
        """
        with self._training():
            return keras.Model.fit(self, **options)

    def train_on_encoded_batch(self, *arguments: Any, **options: Any) -> Any:
        """`keras.Model.train_on_batch`, for what is encoded already; takes its arguments."""
        with self._training():
            return keras.Model.train_on_batch(self, *arguments, **options)

    @contextmanager
    def _training(self) -> Iterator[None]:
        self._trains = True
        try:
            yield
        finally:
            self._trains = False

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Keras's hook before it makes the step, called on TensorFlow alone.

        An evaluation by itself is left alone: it must not give the optimizer its variables while
        parts may still be frozen or freed.
        """
        batch = _shapes(iterator, data_batch) if self._trains else None
        if batch is None:
            super()._maybe_symbolic_build(iterator, data_batch)  # type: ignore[misc]
        else:
            self._symbolic_build(data_batch=batch)  # type: ignore[attr-defined]


def _shapes(iterator: Any, data_batch: Any) -> Any:
    """A batch as `keras.KerasTensor`s, without reading one; None where shapes are not known."""
    import tensorflow as tf

    # Keras makes a dataset of whatever `fit` is given.
    given = data_batch if iterator is None else iterator._distributed_dataset.element_spec
    for leaf in tf.nest.flatten(given):
        if not isinstance(leaf, tf.TensorSpec | tf.Tensor | np.ndarray | None):
            return None
        if isinstance(leaf, tf.TensorSpec) and leaf.shape.rank is None:
            return None

    def symbolic(leaf: Any) -> Any:
        return None if leaf is None else keras.KerasTensor(tuple(leaf.shape), leaf.dtype.name)

    return tf.nest.map_structure(symbolic, given)
