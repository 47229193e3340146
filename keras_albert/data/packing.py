"""`[CLS] a [SEP] b [SEP]`, padded to a fixed length."""

import numpy as np

from keras_albert.errors import InputError


def pack_pair(
    a: np.ndarray, b: np.ndarray, *, cls_token_id: int, sep_token_id: int
) -> tuple[np.ndarray, np.ndarray]:
    """Joins two segments.

    Args:
        a: token ids `[Ta]`.
        b: token ids `[Tb]`.
        cls_token_id: the id of `[CLS]`.
        sep_token_id: the id of `[SEP]`.

    Returns:
        Token ids and segment ids, both int32 `[Ta + Tb + 3]`. `[CLS]`, A and the first `[SEP]`
        are segment 0, B and its `[SEP]` segment 1.

    >>> pack_pair(np.array([7, 8]), np.array([9]), cls_token_id=2, sep_token_id=3)
    (array([2, 7, 8, 3, 9, 3], dtype=int32), array([0, 0, 0, 0, 1, 1], dtype=int32))
    """
    token_ids = np.empty(len(a) + len(b) + 3, np.int32)
    token_ids[0] = cls_token_id
    token_ids[1 : len(a) + 1] = a
    token_ids[len(a) + 1] = sep_token_id
    token_ids[len(a) + 2 : -1] = b
    token_ids[-1] = sep_token_id
    segment_ids = np.zeros(token_ids.shape, np.int32)
    segment_ids[len(a) + 2 :] = 1
    return token_ids, segment_ids


def pad(values: np.ndarray, length: int, fill: float) -> np.ndarray:
    """Lengthens a vector at its end.

    Args:
        values: `[n]`.
        length: the new length, at least n.
        fill: what the new places hold.

    Returns:
        `[length]`, of the type of `values`.

    Raises:
        InputError: `values` is longer than `length`.
    """
    if len(values) > length:
        raise InputError(f"{len(values)} values do not fit in {length}.")
    padded = np.full(length, fill, values.dtype)
    padded[: len(values)] = values
    return padded
