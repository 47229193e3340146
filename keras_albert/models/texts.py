"""What people pass as texts -> lists of Python strings."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_albert.errors import InputError


class Texts(NamedTuple):
    """Texts or pairs of texts.

    Attributes:
        segments: one list of B strings, or two for pairs.
        batched: False where a single text (or pair) was passed; B is 1 then.
    """

    segments: tuple[list[str], ...]
    batched: bool


def is_symbolic(x: Any) -> bool:
    """Whether `x` (or, in a tuple, its first part) is a tensor of a TensorFlow graph."""
    leaf = x[0] if isinstance(x, tuple) and x else x
    return type(leaf).__module__.startswith("tensorflow") and not hasattr(leaf, "numpy")


def read_texts(x: Any) -> Texts:
    """Reads texts in the forms that `fit`, `predict` and the preprocessors accept.

    Args:
        x: B texts as a list, a NumPy array, a column of a data frame or an eager TensorFlow
            tensor; a tuple of two of these, which are B pairs; or one string, or a tuple of two
            strings. Bytes are read as UTF-8.

    Raises:
        InputError: there are none, they are not strings, or the two sides of pairs differ in
            number.

    >>> read_texts((["a", "b"], ["c", "d"]))
    Texts(segments=(['a', 'b'], ['c', 'd']), batched=True)
    """
    parts = x if isinstance(x, tuple) else (x,)
    if len(parts) not in (1, 2):
        raise InputError(
            f"A tuple stands for pairs, (first texts, second texts); this one has {len(parts)} "
            "parts. Pass single texts as a list."
        )
    values = [_values(part) for part in parts]
    if len({isinstance(value, str | bytes) for value in values}) > 1:
        raise InputError("One side of the pair is a single text and the other a list.")
    batched = not isinstance(values[0], str | bytes)
    segments = tuple(_strings(value if batched else [value]) for value in values)
    if not segments[0]:
        raise InputError("There are no texts: the list is empty.")
    if len({len(segment) for segment in segments}) > 1:
        raise InputError(
            f"There are {len(segments[0])} first texts and {len(segments[1])} second texts; pairs "
            "need as many of one as of the other."
        )
    return Texts(segments, batched)


def _values(part: Any) -> Any:
    """A list of things, or one string."""
    if isinstance(part, list | str | bytes):
        return part
    if hasattr(part, "numpy"):
        part = part.numpy()
    if isinstance(part, bytes):
        return part
    if isinstance(part, np.ndarray) and part.ndim > 1:
        raise InputError(
            f"The texts are an array of shape {part.shape}; expected one dimension. For pairs pass "
            "a tuple: (first texts, second texts)."
        )
    if hasattr(part, "tolist"):
        return part.tolist()
    if hasattr(part, "to_pylist"):
        return part.to_pylist()
    if isinstance(part, Sequence | Iterator):
        return list(part)
    raise InputError(
        f"Expected a list of texts, or a tuple of two lists for pairs; got {type(part).__name__}."
    )


def _strings(values: list[Any]) -> list[str]:
    if all(type(value) is str for value in values):
        return values
    return [_string(number, value) for number, value in enumerate(values)]


def _string(number: int, value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise InputError(f"Text {number} is not UTF-8: {error}.") from error
    advice = ""
    if isinstance(value, list | tuple):
        advice = " For pairs pass a tuple of two lists: (first texts, second texts)."
    raise InputError(f"Text {number} is {type(value).__name__}, not a string.{advice}")
