"""Holding an artifact's answers and size against the model it was made from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.reference import Reference

# float32: the largest difference of any output, relative to its largest value where that is
# above 1. The arithmetic is the same and its order is not; base models differ by about 1e-6.
FLOAT32_BOUND = 1e-4
# int8: root mean square of the differences over that of the values. Dynamic-range int8 of
# ALBERT-base shows 0.02 to 0.1.
INT8_BOUND = 0.25
# A share of rows may be cut into other pieces: unigram segmentations can tie.
MAX_ROWS_TOKENIZED_DIFFERENTLY = 0.01


def compare(
    references: Sequence[Reference],
    results: Mapping[str, np.ndarray],
    quantize: str | None,
    prefixes: Sequence[str] = ("",),
) -> dict[str, Any]:
    """Compares what an artifact answered with what it should have.

    Args:
        references: R batches.
        results: the artifact's arrays, named "0/scores" for the first batch.
        quantize: None for float32, or "int8": which bound holds.
        prefixes: under which names the outputs stand: "" and, for a second signature, "tokens/".

    Returns:
        For the card: the largest absolute and relative differences, the bound, the rows compared
        and the shapes they had.

    Raises:
        InputError: an output is missing, not finite or too far off, or texts were read otherwise.
    """
    rows = different = 0
    shapes = []
    differences: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for number, reference in enumerate(references):
        agree = _rows_read_alike(number, reference, results)
        rows += len(agree)
        different += int((~agree).sum())
        shapes.append(list(reference.inputs["token_ids"].shape))
        for prefix in prefixes:
            for name, expected in reference.outputs.items():
                key = f"{number}/{prefix}{name}"
                actual = results.get(key)
                if actual is None or actual.shape != expected.shape:
                    shape = None if actual is None else actual.shape
                    raise InputError(
                        f"The exported model answers {name} with shape {shape} where "
                        f"{expected.shape} was expected. The output was removed."
                    )
                if not np.isfinite(actual).all():
                    raise InputError(
                        f"The exported model answers {name} with values that are not finite. The "
                        "output was removed."
                    )
                differences.setdefault(name, []).append((actual[agree], expected[agree]))
    if different > MAX_ROWS_TOKENIZED_DIFFERENTLY * rows:
        raise InputError(
            f"The exported model cuts {different} of {rows} texts into other pieces than the "
            "tokenizer. The output was removed."
        )
    return {
        "rows": rows,
        "rows_tokenized_differently": different,
        "shapes": shapes,
        **_measured(differences, quantize),
    }


def _rows_read_alike(
    number: int, reference: Reference, results: Mapping[str, np.ndarray]
) -> np.ndarray:
    agree = np.ones(len(reference.texts), np.bool_)
    for name, expected in reference.inputs.items():
        actual = results.get(f"{number}/{name}")
        if actual is None or actual.shape != expected.shape:
            return np.zeros_like(agree)
        agree &= (actual == expected).all(axis=1)
    return agree


def _measured(
    differences: Mapping[str, Sequence[tuple[np.ndarray, np.ndarray]]], quantize: str | None
) -> dict[str, Any]:
    measured: dict[str, Any] = {"outputs": {}}
    for name, parts in differences.items():
        actual = np.concatenate([a.ravel() for a, _ in parts]).astype(np.float64)
        expected = np.concatenate([e.ravel() for _, e in parts]).astype(np.float64)
        difference = actual - expected
        largest = float(np.abs(difference).max(initial=0.0))
        scale = float(np.abs(expected).max(initial=0.0))
        rms = float(np.sqrt((difference**2).sum() / max((expected**2).sum(), 1e-30)))
        measured["outputs"][name] = {
            "largest_difference": largest,
            "largest_value": scale,
            "relative_rms_difference": rms,
        }
        if quantize is None:
            off, bound = largest / max(1.0, scale), FLOAT32_BOUND
        else:
            off, bound = rms, INT8_BOUND
        if off > bound:
            raise InputError(
                f"The exported model's {name} differ from the source model's by {off:.2g} "
                f"(relative), which is above the bound of {bound:g}. The output was removed."
            )
    measured["bound"] = (
        {"largest_difference_relative_to_max(1, largest_value)": FLOAT32_BOUND}
        if quantize is None
        else {"relative_rms_difference": INT8_BOUND}
    )
    return measured


def check_size(actual: int, weights: Sequence[Any], quantize: str | None, tied: int) -> None:
    """Checks that the weights were written, once, and quantised where that was asked for.

    Args:
        actual: bytes of the files that hold weights.
        weights: the model's variables.
        quantize: None or "int8".
        tied: elements of an embedding table that serves as an output matrix too: int8 keeps two
            copies of it, since rows looked up and rows multiplied are scaled differently.

    Raises:
        InputError: the size is off.
    """
    sizes = [(int(np.prod(w.shape)), len(w.shape)) for w in weights]
    if quantize == "int8":
        # The converter leaves vectors and what has fewer than 1,024 elements in float32.
        expected = sum(n if rank > 1 and n >= 1024 else 4 * n for n, rank in sizes)
        most = expected + tied
    else:
        expected = most = sum(4 * n for n, _ in sizes)
    # What is not weights: the graph, and in a SavedModel the vocabulary.
    if not 0.9 * expected <= actual <= 1.1 * most + GRAPH_BYTES:
        raise InputError(
            f"The exported weights take {actual:,} bytes where about {most:,} were expected: "
            "weights are missing, doubled or not quantised. The output was removed."
        )


GRAPH_BYTES = 96 * 1024
