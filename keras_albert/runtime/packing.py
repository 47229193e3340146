"""Pieces of texts -> rows `[CLS] a [SEP] b [SEP]`: cutting, packing and masks, in NumPy alone.

One pure function each, for preprocessors, artifacts and references. The page's JavaScript and the
TensorFlow graph that reads strings cannot call them; they are held to the same golden table
(`tests/golden_packing.py`).
"""

from collections.abc import Sequence

import numpy as np

MASK = "[MASK]"


def kept_lengths(lengths: np.ndarray, budget: int, truncate: str) -> np.ndarray:
    """How many tokens of each segment stay.

    Args:
        lengths: (G, B), tokens of each of G segments (1 or 2).
        budget: the tokens that fit, specials not counted.
        truncate: "longest_first" (or "round_robin"): the longer segment loses its last token
            until both fit, the second when they are equal (google-research/albert
            `classifier_utils._truncate_seq_pair`). "waterfall": the first keeps all that fits.

    Returns:
        (G, B).

    >>> kept_lengths(np.array([[10], [3]]), 8, "longest_first").tolist()
    [[5], [3]]
    >>> kept_lengths(np.array([[10], [3]]), 8, "waterfall").tolist()
    [[8], [0]]
    """
    if len(lengths) == 1:
        return np.minimum(lengths, budget)
    first, second = lengths
    if truncate == "waterfall":
        first = np.minimum(first, budget)
        return np.stack([first, np.minimum(second, budget - first)])
    half = (budget + 1) // 2
    # Either side may take what the other leaves of its half; the odd token is the first's.
    return np.stack(
        [
            np.minimum(first, np.maximum(half, budget - second)),
            np.minimum(second, np.maximum(budget - half, budget - first)),
        ]
    )


def pack(
    segments: Sequence[Sequence[np.ndarray]],
    *,
    sequence_length: int,
    truncate: str,
    cls_token_id: int,
    sep_token_id: int,
    pad_token_id: int,
) -> dict[str, np.ndarray]:
    """`[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, cut and padded to S tokens.

    Args:
        segments: G lists (1 or 2) of B integer arrays.
        sequence_length: S.
        truncate: see `kept_lengths`.
        cls_token_id: the id of `[CLS]`.
        sep_token_id: the id of `[SEP]`.
        pad_token_id: the id of `<pad>`.

    Returns:
        "token_ids", "segment_ids" (1 for b and the `[SEP]` after it) and "padding_mask" (1 for a
        token, 0 for padding), each int32 (B, S).
    """
    lengths = np.array([[len(ids) for ids in segment] for segment in segments])
    kept = kept_lengths(lengths, sequence_length - 1 - len(segments), truncate)
    batch = np.arange(lengths.shape[1])
    token_ids = np.full((len(batch), sequence_length), pad_token_id, np.int32)
    token_ids[:, 0] = cls_token_id
    start = np.ones_like(batch)
    second_start = None
    for segment, total, keep in zip(segments, lengths, kept, strict=True):
        flat = np.concatenate(segment)
        # The place of each token in its own text, and whether it stays.
        place = np.arange(len(flat)) - np.repeat(np.cumsum(total) - total, total)
        stays = place < np.repeat(keep, total)
        row = np.repeat(batch, keep)
        token_ids[row, start[row] + place[stays]] = flat[stays]
        token_ids[batch, start + keep] = sep_token_id
        start = start + keep + 1
        second_start = start if second_start is None else second_start
    column = np.arange(sequence_length)
    padding_mask = column < start[:, np.newaxis]
    in_second = padding_mask & (column >= second_start[:, np.newaxis])  # type: ignore[index]
    return {
        "token_ids": token_ids,
        "segment_ids": in_second.astype(np.int32),
        "padding_mask": padding_mask.astype(np.int32),
    }


def joined_by_mask(parts: Sequence[np.ndarray], mask_id: int) -> np.ndarray:
    """The stretches between masks, encoded on their own, with the mask's id between them.

    So the mask is a piece, as in pretraining, and no characters.

    >>> joined_by_mask([np.array([7, 8]), np.array([], int), np.array([9])], 4).tolist()
    [7, 8, 4, 4, 9]
    """
    mask = np.array([mask_id], np.int32)
    ids = [np.asarray(ids, np.int32) for part in parts for ids in (mask, part)]
    return np.concatenate(ids[1:])


def mask_positions(token_ids: np.ndarray, mask_id: int) -> np.ndarray:
    """Where the masks are: (B, S) -> int32 (B, P), from the left, unused places 0, P at least 1.

    >>> mask_positions(np.array([[2, 4, 9, 4], [2, 9, 4, 3]]), 4).tolist()
    [[1, 3], [2, 0]]
    """
    places = [np.flatnonzero(row == mask_id) for row in token_ids]
    positions = np.zeros((len(places), max([1, *map(len, places)])), np.int32)
    for row, place in enumerate(places):
        positions[row, : len(place)] = place
    return positions
