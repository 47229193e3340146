"""Weights of examples by their label, for classes of unequal size."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_albert.errors import InputError, suggest


def weighted(
    y: Any, sample_weight: Any, labels: list[str] | None, weights: str | Mapping[str, float]
) -> np.ndarray:
    """Example weights, those there are multiplied by the label's.

    Args:
        y: labels as whole numbers, (N,) or (N, S).
        sample_weight: as `y`, or None for 1 everywhere; what has weight 0 is not counted.
        labels: the C names.
        weights: by name, 1 for those that are missing; or "balanced": n / (C * count), the rule of
            scikit-learn's `compute_class_weight`, which keeps the mean weight at 1.

    Returns:
        float32, as `y`.

    Raises:
        InputError: the task has no classes of this kind, or there is no label of that name.
    """
    if labels is None or not isinstance(y, np.ndarray) or y.dtype.kind not in "iu":
        raise InputError("class_weights needs a task with one label of several for each example.")
    base = np.ones(y.shape, np.float32) if sample_weight is None else np.asarray(sample_weight)
    if isinstance(weights, str):
        counts = np.bincount(y[base > 0], minlength=len(labels))
        table = counts.sum() / (len(labels) * np.maximum(counts, 1))
    else:
        for name in weights:
            if name not in labels:
                raise InputError(
                    f"class_weights names the label {name!r}, which training does not have."
                    + suggest(name, labels)
                )
        table = np.array([weights.get(name, 1.0) for name in labels])
    return (table[np.clip(y, 0, len(labels) - 1)] * base).astype(np.float32)
