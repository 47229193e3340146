"""Data that comes batch by batch, with preprocessing put in between."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError

# (x, y, sample_weight) of raw data -> a tuple of model inputs.
Preprocess = Callable[[Any, Any, Any], Any]


def is_tensorflow_dataset(x: Any) -> bool:
    """Whether `x` is a `tf.data.Dataset`, found out without importing TensorFlow."""
    return type(x).__module__.startswith("tensorflow") and hasattr(x, "element_spec")


def is_stream(x: Any) -> bool:
    """Whether `x` gives batches, rather than being one array, structure or list of texts."""
    if isinstance(x, list | tuple | dict | str | bytes | np.ndarray) or hasattr(x, "__array__"):
        return False
    if isinstance(x, keras.utils.PyDataset) or is_tensorflow_dataset(x):
        return True
    # Tensors have a shape, columns of a data frame a dtype.
    return hasattr(x, "__iter__") and not hasattr(x, "shape") and not hasattr(x, "dtype")


def is_model_input(x: Any) -> bool:
    """Whether `x` is a dict that a model reads as it is."""
    return isinstance(x, dict) and "token_ids" in x


class PreprocessedBatches(keras.utils.PyDataset):
    """A `keras.utils.PyDataset` whose batches are preprocessed."""

    def __init__(self, batches: Any, preprocess: Preprocess) -> None:
        super().__init__()
        self._batches = batches
        self._preprocess = preprocess

    @property
    def num_batches(self) -> int | None:
        """Batches an epoch, or None for endless ones."""
        number = getattr(self._batches, "num_batches", None)
        return len(self._batches) if number is None else number

    def __getitem__(self, index: int) -> Any:
        return _preprocessed_batch(self._batches[index], self._preprocess)

    def on_epoch_begin(self) -> None:
        """Passed on."""
        self._batches.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Passed on."""
        self._batches.on_epoch_end()


def preprocessed(stream: Any, preprocess: Preprocess) -> tuple[Any, int | None]:
    """The stream with every batch preprocessed.

    Batches are `x`, `(x, y)` or `(x, y, sample_weight)`, so a pair of texts is
    `((first, second), y)` or `((first, second),)`. Batches that are model inputs already pass
    unchanged.

    Args:
        stream: a `tf.data.Dataset`, a `keras.utils.PyDataset`, or anything to iterate over.
        preprocess: what to do.

    Returns:
        What Keras can read, and how many batches an epoch has where Keras cannot tell.

    Raises:
        InputError: the stream ends before its first batch.
    """
    if is_tensorflow_dataset(stream):
        import tensorflow as tf

        # `map` passes the parts of a tuple one by one.
        is_tuple = isinstance(stream.element_spec, tuple)
        mapped = stream.map(
            lambda *batch: _preprocessed_batch(batch if is_tuple else batch[0], preprocess)
        )
        return mapped.prefetch(tf.data.AUTOTUNE), None
    if isinstance(stream, keras.utils.PyDataset):
        return PreprocessedBatches(stream, preprocess), None
    iterator = iter(stream)
    try:
        first = next(iterator)
    except StopIteration as error:
        raise InputError("There are no batches: the data ends before its first batch.") from error
    again = iterator is not stream
    length = len(stream) if again and hasattr(stream, "__len__") else None

    def generate() -> Iterator[Any]:
        yield _preprocessed_batch(first, preprocess)
        for batch in iterator:
            yield _preprocessed_batch(batch, preprocess)
        # What can be iterated over anew goes on for the next epoch; its length marks where an
        # epoch ends.
        while length is not None:
            for batch in stream:
                yield _preprocessed_batch(batch, preprocess)

    return generate(), length


def _preprocessed_batch(batch: Any, preprocess: Preprocess) -> Any:
    x, y, sample_weight = batch, None, None
    if isinstance(batch, tuple):
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    if is_model_input(x):
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)
    return preprocess(x, y, sample_weight)
