"""Data that comes batch by batch, with preprocessing put in between."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.fitting.batches import is_model_input

# A batch as it comes -> a tuple (x,), (x, y) or (x, y, sample_weight) of model inputs.
Preprocess = Callable[[Any], tuple[Any, ...]]


def is_tensorflow_dataset(x: Any) -> bool:
    """Whether `x` is a `tf.data.Dataset`, found out without importing TensorFlow."""
    return type(x).__module__.startswith("tensorflow") and hasattr(x, "element_spec")


def is_stream(x: Any) -> bool:
    """Whether `x`, once `settled`, gives batches, rather than being all examples at once."""
    if isinstance(x, list | tuple | dict | str | bytes | np.ndarray) or hasattr(x, "__array__"):
        return False
    if isinstance(x, keras.utils.PyDataset) or is_tensorflow_dataset(x):
        return True
    # Tensors have a shape, columns of a data frame a dtype.
    return hasattr(x, "__iter__") and not hasattr(x, "shape") and not hasattr(x, "dtype")


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
        return self._preprocess(self._batches[index])

    def on_epoch_begin(self) -> None:
        """Passed on."""
        self._batches.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Passed on."""
        self._batches.on_epoch_end()


def preprocessed(
    stream: Any, preprocess: Preprocess, batch_size: int | None = None
) -> tuple[Any, int | None]:
    """The stream with every batch preprocessed.

    Args:
        stream: a `tf.data.Dataset`, whose elements are batches or single examples; a
            `keras.utils.PyDataset`, or anything to iterate over, of batches.
        preprocess: what to do with a batch; in a `tf.data.Dataset` it is given symbolic tensors.
        batch_size: of a dataset whose elements are single examples; 32 by default.

    Returns:
        What Keras can read, and how many batches an epoch has where Keras cannot tell.

    Raises:
        InputError: the stream ends before its first batch.
    """
    if is_tensorflow_dataset(stream):
        import tensorflow as tf

        if _holds_examples(stream.element_spec):
            stream = stream.batch(batch_size or 32)
        # `map` passes the parts of a tuple one by one.
        is_tuple = isinstance(stream.element_spec, tuple)
        mapped = stream.map(lambda *batch: preprocess(batch if is_tuple else batch[0]))
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
        yield preprocess(first)
        for batch in iterator:
            yield preprocess(batch)
        # What can be iterated over anew goes on for the next epoch; its length marks where an
        # epoch ends.
        while length is not None:
            for batch in stream:
                yield preprocess(batch)

    return generate(), length


def _holds_examples(element_spec: Any) -> bool:
    """Whether a dataset's elements are single texts rather than batches."""
    x = element_spec[0] if isinstance(element_spec, tuple) else element_spec
    if is_model_input(x):
        return bool(x["token_ids"].shape.rank == 1)
    return any(leaf.shape.rank == 0 for leaf in keras.tree.flatten(x))
