"""Rows in batches of near lengths, so that little is padding; and what comes out, back in order."""

from collections.abc import Mapping, Sequence

import numpy as np

# The inputs with tokens along their last axis.
TOKEN_INPUTS = ("token_ids", "segment_ids", "padding_mask")

Arrays = dict[str, np.ndarray]


def batches_by_length(
    x: Mapping[str, np.ndarray], batch_size: int
) -> tuple[list[Arrays], np.ndarray]:
    """Rows from the shortest to the longest, each batch cut to its longest.

    Args:
        x: (R, ..., S) for `TOKEN_INPUTS`, (R, ...) for others; "padding_mask" among them.
        batch_size: rows a batch.

    Returns:
        The batches, and (R,): the rows in the order in which the batches have them.
    """
    lengths = x["padding_mask"].sum(axis=-1)
    lengths = lengths.max(axis=tuple(range(1, lengths.ndim)))
    order = np.argsort(lengths, kind="stable")
    batches = []
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        longest = int(lengths[rows[-1]])
        batches.append(
            {
                name: value[rows][..., :longest] if name in TOKEN_INPUTS else value[rows]
                for name, value in x.items()
            }
        )
    return batches, order


def in_order(
    outputs: Sequence[Mapping[str, np.ndarray]],
    order: np.ndarray,
    widths: Mapping[str, int],
    padding: float,
) -> Arrays:
    """The outputs of batches, row by row as the rows came.

    Args:
        outputs: of each batch by name, (B, ...).
        order: see `batches_by_length`.
        widths: outputs along tokens and how many positions they get.
        padding: what stands in positions that were cut off.
    """
    joined, place = {}, np.argsort(order)
    for name in outputs[0]:
        parts = [np.asarray(part[name]) for part in outputs]
        if name in widths:
            parts = [_widened(part, widths[name], padding) for part in parts]
        joined[name] = np.concatenate(parts)[place]
    return joined


def _widened(values: np.ndarray, width: int, padding: float) -> np.ndarray:
    edges = [(0, 0), (0, width - values.shape[1])] + [(0, 0)] * (values.ndim - 2)
    return np.pad(values, edges, constant_values=padding)
