"""Whether an artifact holds its weights once, in the precision asked for."""

from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.named_outputs import predicts_masks

# What is not weights: the graph.
GRAPH_BYTES = 128 * 1024


def check_size(actual: int, saved: Any, quantize: str | None) -> None:
    """Checks that the weights were written, once, and quantised where that was asked for.

    Args:
        actual: bytes of the files that hold weights.
        saved: the `SavedTask` that was exported.
        quantize: None for float32, "float16" or one that begins with "int8".

    Raises:
        InputError: the size is off.
    """
    least, most = expected_bytes(
        [tuple(w.shape) for w in saved.task.weights],
        quantize,
        tied=int(np.prod(saved.task.backbone.token_embedding.embeddings.shape))
        if predicts_masks(saved.kind)
        else 0,
    )
    if not 0.9 * least <= actual <= 1.05 * most + GRAPH_BYTES:
        raise InputError(
            f"The exported weights take {actual:,} bytes where about {most:,} were expected: "
            "weights are missing, doubled or not quantised. The output was removed."
        )


def expected_bytes(
    shapes: list[tuple[int, ...]], quantize: str | None, tied: int = 0
) -> tuple[int, int]:
    """Bytes that weights take, at least and at most.

    Args:
        shapes: of the variables.
        quantize: see `check_size`.
        tied: elements of an embedding table that serves as an output matrix too: converters may
            keep two copies of it in int8, since rows looked up and rows multiplied are scaled
            differently.

    >>> expected_bytes([(100, 100), (100,)], "int8")
    (10400, 10400)
    """
    sizes = [(int(np.prod(shape)), len(shape)) for shape in shapes]
    if quantize is None:
        found = sum(4 * n for n, _ in sizes)
        return found, found
    if quantize == "float16":
        return sum(2 * n for n, _ in sizes), sum(2 * n if n >= 1024 else 4 * n for n, _ in sizes)
    # Converters leave vectors and what has fewer than 1,024 elements in float32.
    found = sum(n if rank > 1 and n >= 1024 else 4 * n for n, rank in sizes)
    return found, found + tied
