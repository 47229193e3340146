"""What a training step keeps, made before TensorFlow traces the step."""

from typing import Any

import keras


class BuiltAhead:
    """Mixed into a task: on TensorFlow, `fit` makes the state of optimizer, loss and metrics first.

    Keras leaves them to the first trace there, unlike on JAX and PyTorch, and `tf.function` traces
    anew what made variables: of a small model half the seconds before the first step. The hook and
    the builder are Keras's own, not public: what pyproject.toml pins Keras for.
    """

    _fits = False

    def _fitted(self, **options: Any) -> Any:
        """`keras.Model.fit`, with what it will need."""
        self._fits = True
        try:
            return keras.Model.fit(self, **options)
        finally:
            self._fits = False

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Keras's hook before it makes the step, called on TensorFlow alone.

        An evaluation by itself is left alone: it must not give the optimizer its variables while
        parts may still be frozen or freed.
        """
        batch = _shapes(iterator) if self._fits and iterator is not None else None
        if batch is None:
            super()._maybe_symbolic_build(iterator, data_batch)  # type: ignore[misc]
        else:
            self._symbolic_build(data_batch=batch)  # type: ignore[attr-defined]


def _shapes(iterator: Any) -> Any:
    """A batch as `keras.KerasTensor`s, without reading one; None where shapes are not known."""
    import tensorflow as tf

    # Keras makes a dataset of whatever it is given.
    specs = iterator._distributed_dataset.element_spec
    dense = all(
        isinstance(spec, tf.TensorSpec) and spec.shape.rank is not None
        for spec in tf.nest.flatten(specs)
    )
    if not dense:
        return None
    return tf.nest.map_structure(
        lambda spec: keras.KerasTensor(tuple(spec.shape), spec.dtype.name), specs
    )
