"""How the same weight lies in memory here and elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_albert.convert.name_tables import HEADS, Row

PARTS = ("query", "key", "value")


def lengths(backbone: Mapping[str, Any]) -> dict[str, int]:
    """What the letters of a row's shape stand for.

    Args:
        backbone: `AlbertBackbone`'s constructor arguments.
    """
    hidden, heads = backbone["hidden_dim"], backbone["num_heads"]
    return {
        "V": backbone["vocabulary_size"],
        "E": backbone["embedding_dim"],
        "H": hidden,
        "F": backbone["intermediate_dim"],
        "P": backbone["max_sequence_length"],
        "T": backbone["num_segments"],
        "N": heads,
        "D": hidden // heads,
        "W": 2 * hidden,
    }


def foreign_name(row: Row, source: str) -> str | None:
    """A row's name in a source: "huggingface", "tf1" or "keras-hub"."""
    if source != "keras-hub":
        return row.huggingface if source == "huggingface" else row.tf1
    is_head = row.ours.split("/")[0] in HEADS
    # A preset keeps heads in a file of their own, which counts its layers anew.
    return f"task/{row.keras_hub}" if is_head and row.keras_hub else row.keras_hub


def is_transposed(row: Row, source: str) -> bool:
    """Whether a source keeps (out, in) where Keras keeps (in, out).

    A Linear of torch is (out, in); so are the `output_weights` of Google's heads.
    """
    if source == "huggingface":
        return row.ours.endswith("/kernel")
    return source == "tf1" and row.tf1.endswith("output_weights")


def foreign_shape(row: Row, source: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """The shape a row has in a source."""
    letters = (row.hub_shape or row.shape) if source == "keras-hub" else row.shape
    shape = tuple(sizes[letter] for letter in letters)
    return shape[::-1] if is_transposed(row, source) else shape


def transposed(values: np.ndarray) -> np.ndarray:
    """A transposed copy of a matrix.

    In stripes that fit into the processor's cache: for the largest of ALBERT xxlarge, five times
    as fast as NumPy's copy of `values.T`. A copy, so that what was read is freed before the model
    takes its own.
    """
    result = np.empty(values.shape[::-1], values.dtype)
    for start in range(0, len(values), 64):
        result[:, start : start + 64] = values[start : start + 64].T
    return result


def to_plain(row: Row, source: str, values: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    """A source's array in the row's own shape: heads merged, (in, out)."""
    if is_transposed(row, source):
        return transposed(values)
    return values.reshape([sizes[letter] for letter in row.shape])


def from_plain(row: Row, source: str, values: np.ndarray, sizes: Mapping[str, int]) -> np.ndarray:
    """The inverse of `to_plain`, contiguous, as files keep it."""
    if is_transposed(row, source):
        return transposed(values)
    return np.ascontiguousarray(values).reshape(foreign_shape(row, source, sizes))


def fused(parts: Sequence[np.ndarray], num_heads: int) -> np.ndarray:
    """Queries, keys and values as `SelfAttention` keeps them: head by head, and in a head q, k, v.

    Args:
        parts: three kernels (H, H) or three biases (H,).
        num_heads: N.

    Returns:
        (H, 3H) or (3H,).

    >>> fused([np.array([1, 2]), np.array([3, 4]), np.array([5, 6])], num_heads=2)
    array([1, 3, 5, 2, 4, 6])
    """
    leading = parts[0].shape[:-1]
    by_head = [part.reshape(*leading, num_heads, -1) for part in parts]
    return np.stack(by_head, axis=-2).reshape(*leading, -1)


def unfused(values: np.ndarray, part: str, num_heads: int) -> np.ndarray:
    """One of the three parts of what `fused` made.

    Args:
        values: (H, 3H) or (3H,).
        part: "query", "key" or "value".
        num_heads: N.
    """
    leading = values.shape[:-1]
    by_head = values.reshape(*leading, num_heads, 3, -1)
    return by_head[..., PARTS.index(part), :].reshape(*leading, -1)
