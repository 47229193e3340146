"""Holding an artifact's answers and size against the model it was made from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.formats import INT6_EMBEDDINGS
from keras_albert.export.reference import Reference

# float32: the largest difference of any output, relative to its largest value where that is
# above 1. The arithmetic is the same and its order is not; base models differ by about 1e-6.
FLOAT32_BOUND = 1e-4
# Quantised: root mean square of the differences over that of the values. Dynamic-range int8 of
# ALBERT-base shows 0.02 to 0.1, float16 about 0.002.
QUANTIZED_BOUNDS = {
    "float16": 0.02,
    "int8": 0.25,
    "int8-full": 0.25,
    "int8-weights": 0.25,
    INT6_EMBEDDINGS: 0.25,
}
# Of the places that a beam names, the share that must be the same in float32: scores can tie.
BEAM_AGREEMENT = 0.98
# What a beam scores a place with that is none: JointSpanHead's filling, -1e30 and below.
NO_PLACE = -1e29
# What stands for a choice that is not there, MISSING_CHOICE and below, and what half precision or
# 8 bits may make of it: no softmax gives it anything.
NO_CHOICE, FAR_BELOW = -1e8, -1e4
# A share of rows may be cut into other pieces: unigram segmentations can tie.
MAX_ROWS_TOKENIZED_DIFFERENTLY = 0.01


def compare(
    references: Sequence[Reference],
    results: Mapping[str, np.ndarray],
    quantize: str | None,
) -> dict[str, Any]:
    """Compares what an artifact answered with what it should have.

    Args:
        references: R batches.
        results: the artifact's arrays: "0/scores" for the first batch's texts, "0/tokens/scores"
            for its arrays, "0/depth2/scores" for these at depth 2.
        quantize: None for float32, or one of `QUANTIZED_BOUNDS`: which bound holds.

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
        count = len(reference.inputs["token_ids"])
        rows += count
        shapes.append(list(reference.inputs["token_ids"].shape))
        whole = np.ones(count, np.bool_)
        asked = {"tokens/": (reference.outputs, whole)}
        for depth, outputs in reference.at_depths.items():
            asked[f"depth{depth}/"] = (outputs, whole)
        if reference.texts is not None:
            agree = _rows_read_alike(number, reference, results)
            different += int((~agree).sum())
            # Rows are as wide as the longest, so one that is read otherwise can move them all.
            if agree.any():
                asked[""] = (reference.outputs, agree)
        for prefix, (outputs, agree) in asked.items():
            actual = _outputs_of(f"{number}/{prefix}", outputs, results)
            for name, pair in _comparable(actual, outputs, agree, quantize).items():
                differences.setdefault(name, []).append(pair)
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


def _outputs_of(
    prefix: str, expected: Mapping[str, np.ndarray], results: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    found = {}
    for name, values in expected.items():
        actual = results.get(prefix + name)
        if actual is None or actual.shape != values.shape:
            shape = None if actual is None else actual.shape
            raise InputError(
                f"The exported model answers {name} with shape {shape} where {values.shape} was "
                "expected. The output was removed."
            )
        if not np.isfinite(actual).all():
            raise InputError(
                f"The exported model answers {name} with values that are not finite. The output "
                "was removed."
            )
        found[name] = actual
    return found


def _comparable(
    actual: Mapping[str, np.ndarray],
    expected: Mapping[str, np.ndarray],
    agree: np.ndarray,
    quantize: str | None,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What of the outputs can be held against each other, by name."""
    if "start_log_probabilities" not in expected:
        return {
            name: _of_choices(name, actual[name][agree], value[agree])
            for name, value in expected.items()
        }
    # A beam: the k-th start of the one is to be the k-th of the other, or its ends mean nothing.
    there = expected["start_log_probabilities"] > NO_PLACE
    same = (actual["start_positions"] == expected["start_positions"]) | ~there
    if quantize is None and same.mean() < BEAM_AGREEMENT:
        raise InputError(
            f"The exported model names other places where answers start: {same.mean():.2f} of them "
            f"are the same, expected {BEAM_AGREEMENT}. The output was removed."
        )
    ends = expected["end_log_probabilities"] > NO_PLACE
    ends &= (same & there)[..., np.newaxis]
    chosen = {"start_log_probabilities": there, "end_log_probabilities": ends}
    pairs = {name: (actual[name][mask], expected[name][mask]) for name, mask in chosen.items()}
    if quantize is not None:
        # Where starts change places their ends' scores are of other ends: only the starts count.
        del pairs["end_log_probabilities"]
    return {"impossible": (actual["impossible"], expected["impossible"]), **pairs}


def _of_choices(
    name: str, actual: np.ndarray, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Without the scores of choices that are not there: beside them all others are nothing."""
    missing = expected <= NO_CHOICE
    if (actual[missing] > FAR_BELOW).any():
        raise InputError(
            f"The exported model's {name} give a choice that is not there a chance. The output was "
            "removed."
        )
    return actual[~missing], expected[~missing]


def _rows_read_alike(
    number: int, reference: Reference, results: Mapping[str, np.ndarray]
) -> np.ndarray:
    agree = np.ones(len(reference.inputs["token_ids"]), np.bool_)
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
            off, bound = rms, QUANTIZED_BOUNDS[quantize]
        if off > bound:
            raise InputError(
                f"The exported model's {name} differ from the source model's by {off:.2g} "
                f"(relative), which is above the bound of {bound:g}. The output was removed."
            )
    measured["bound"] = (
        {"largest_difference_relative_to_max(1, largest_value)": FLOAT32_BOUND}
        if quantize is None
        else {"relative_rms_difference": QUANTIZED_BOUNDS[quantize]}
    )
    return measured
