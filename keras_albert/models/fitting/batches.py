"""What people write as data: all texts at once, or batches of them, in whatever container."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError

Parts = tuple[Any, Any, Any]
"""(x, y, sample_weight)."""


def is_model_input(x: Any) -> bool:
    """Whether `x` is a dict that a model reads as it is."""
    return isinstance(x, dict) and "token_ids" in x


def settled(x: Any) -> Any:
    """`x`, or a list of what it holds where that is all examples at once, come lazily.

    A column of `datasets`, any other sequence, and an iterator (`map`, a generator) of single
    texts are lists of examples. An iterator of batches stays one, with nothing lost of it.

    Raises:
        InputError: it is a table of `datasets`.
    """
    if isinstance(x, tuple):
        return tuple(settled(part) for part in x) if any(_is_lazy(part) for part in x) else x
    if isinstance(x, list | dict | str | bytes | np.ndarray | keras.utils.PyDataset):
        return x
    if hasattr(x, "column_names") and hasattr(x, "features"):
        raise InputError(
            f"x is a table with the columns {', '.join(x.column_names)}; pass columns: "
            'fit(table["text"], table["label"]).'
        )
    if isinstance(x, Sequence):
        return list(x)
    if hasattr(x, "to_pylist"):
        return x.to_pylist()
    if isinstance(x, Iterator):
        try:
            first = next(x)
        except StopIteration:
            return x
        whole = itertools.chain([first], x)
        return list(whole) if isinstance(first, str | bytes) else whole
    return x


def _is_lazy(part: Any) -> bool:
    plain = isinstance(part, list | dict | str | bytes | np.ndarray)
    return not plain and (isinstance(part, Sequence | Iterator) or hasattr(part, "to_pylist"))


def strings_of(values: Any) -> list[Any] | None:
    """A list of strings, where `values` is a list, tuple or array of nothing else; or None."""
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "OSUT":
        values = values.tolist()
    if isinstance(values, list | tuple) and values:
        if all(isinstance(value, str | bytes) for value in values):
            return list(values)
    return None


def split_batch(batch: Any, *, labelled: bool, pairs: bool) -> Parts:
    """A batch's parts, however its source packs them.

    Keras's tuples `(x,)`, `(x, y)` and `(x, y, sample_weight)`; the lists that PyTorch's own
    collation makes of these; or x alone, as a list, tuple or array of texts, or a dict of arrays.

    Args:
        batch: one.
        labelled: whether x comes with labels: in training and evaluation, unless the task makes
            them itself. Else two lists of texts are pairs.
        pairs: whether the task reads pairs of texts.

    Returns:
        x, y and sample_weight; pairs are a tuple of two lists.

    Raises:
        InputError: it is a dict of something else, or has more than three parts.

    >>> split_batch([("a", "b"), [0, 1]], labelled=True, pairs=True)
    (['a', 'b'], [0, 1], None)
    """
    if isinstance(batch, Mapping) and "token_ids" not in batch:
        raise InputError(
            f"A batch is a dict with the keys {', '.join(map(str, batch))}; expected a tuple "
            "(texts, labels), such as (batch['text'], batch['label'])."
        )
    if not isinstance(batch, list | tuple) or strings_of(batch) is not None:
        return _joined(batch, pairs), None, None
    if isinstance(batch, list) and not _is_packed(batch, labelled):
        return _joined(batch, pairs), None, None
    if isinstance(batch, list) and len(batch) == 2 and not labelled and pairs:
        if all(strings_of(part) is not None for part in batch):
            return _joined(batch, pairs), None, None
    if len(batch) > 3:
        raise InputError(
            f"A batch has {len(batch)} parts; expected (texts,), (texts, labels) or (texts, "
            "labels, sample weights)."
        )
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(tuple(batch))
    if isinstance(batch, list) and isinstance(y, list | tuple):
        # PyTorch's collation turns labels that are lists into a tensor for each place in them.
        if y and all(hasattr(part, "detach") and part.ndim for part in y):
            y = np.stack([part.detach().cpu().numpy() for part in y], axis=1)
    return _joined(x, pairs), y, sample_weight


def _is_packed(batch: list[Any], labelled: bool) -> bool:
    """Whether a list is (x, y, ...) rather than x: it is where its last part is no example.

    Examples are texts, lists of words, or questions: sequences or mappings with strings in them.
    """
    if not 1 <= len(batch) <= 3:
        return False
    if is_model_input(batch[0]):
        return True
    if len(batch) == 1:
        return strings_of(batch[0]) is not None or isinstance(batch[0], np.ndarray)
    last = batch[-1]
    if last is None or hasattr(last, "shape") or hasattr(last, "dtype"):
        return True
    if isinstance(last, Mapping):
        return not isinstance(batch[0], Mapping)
    if strings_of(last) is not None:
        # Two lists of texts: pairs, or texts with labels that are text.
        return labelled and strings_of(batch[0]) is not None and len(batch) == 2
    if not isinstance(last, list | tuple):
        return False
    # PyTorch's collation of answers, (text, first character): texts, then a tensor.
    collated = labelled and any(hasattr(part, "detach") for part in last)
    return collated or _holds_no_text(last)


def _holds_no_text(values: Any) -> bool:
    leaves = keras.tree.flatten(values)
    return not any(isinstance(leaf, str | bytes) for leaf in leaves)


def _joined(x: Any, pairs: bool) -> Any:
    """X with its texts as lists: a tuple of texts is no pair, and a list of two lists is one."""
    strings = strings_of(x)
    if strings is not None:
        return strings
    if pairs and isinstance(x, list | tuple) and len(x) == 2:
        sides = [strings_of(side) for side in x]
        if all(side is not None for side in sides):
            return tuple(sides)
    return x
