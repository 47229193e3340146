"""What goes wrong while a framework draws batches, as it was raised."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from keras_albert.errors import InputError


@contextlib.contextmanager
def own_errors() -> Iterator[Callable[[Iterable[Any]], Iterator[Any]]]:
    """Raises a data pipeline's `InputError` where a framework made another error of it.

    TensorFlow draws a generator's batches in a graph, and what the generator raises arrives as a
    `tf.errors.OpError` with a traceback in its text.

    Yields:
        Batches -> the same batches, as a generator.
    """
    raised: list[InputError] = []

    def kept(batches: Iterable[Any]) -> Iterator[Any]:
        try:
            yield from batches
        except InputError as error:
            raised.append(error)
            raise

    try:
        yield kept
    except Exception:
        if raised:
            raise raised[0] from None
        raise
