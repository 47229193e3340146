"""What a classifier's answers say about its classes and its confidence."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

BINS = 10


def per_class(
    predictions: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """Precision, recall and F1 of each class.

    Args:
        predictions: with "gold" and "prediction", a label each or a list of labels each.
        labels: the classes.

    Returns:
        For each class "label", "precision", "recall", "f1" and "count" (of gold labels).
    """
    gold, predicted = (
        [_indicators(row[key], labels) for row in predictions] for key in ("gold", "prediction")
    )
    scores = precision_recall_fscore_support(
        np.array(gold), np.array(predicted), average=None, zero_division=0.0
    )
    names = ("precision", "recall", "f1", "count")
    return [
        {"label": label, **dict(zip(names, (float(part[i]) for part in scores), strict=True))}
        for i, label in enumerate(labels)
    ]


def confusions(
    predictions: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> list[dict[str, Any]]:
    """The confusion matrix, a row for each class of the file.

    Args:
        predictions: with "gold" and "prediction", a label each.
        labels: the classes, in the order of rows and columns.

    Returns:
        For each class "label" and "cells": "count" and "share" (of its row) for each answer.
    """
    gold, predicted = ([row[key] for row in predictions] for key in ("gold", "prediction"))
    matrix = confusion_matrix(gold, predicted, labels=list(labels))
    return [
        {
            "label": label,
            "cells": [
                {"count": int(count), "share": float(count) / max(1, int(row.sum()))}
                for count in row
            ],
        }
        for label, row in zip(labels, matrix, strict=True)
    ]


def most_confused(
    predictions: Sequence[Mapping[str, Any]], limit: int = 15
) -> list[tuple[str, str, int]]:
    """The mistakes that are made most often: (gold, prediction, how often)."""
    pairs: dict[tuple[str, str], int] = {}
    for row in predictions:
        if row["gold"] != row["prediction"]:
            key = (str(row["gold"]), str(row["prediction"]))
            pairs[key] = pairs.get(key, 0) + 1
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return [(*pair, count) for pair, count in ranked[:limit]]


def calibration(confidences: Sequence[float], correct: Sequence[bool]) -> dict[str, Any]:
    """How far the probability of answers is from how often they are right.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2: ten bins of equal
    width; the error is the mean distance, weighted by answers.

    Args:
        confidences: the probability of each answer.
        correct: whether it was right.

    Returns:
        "error", in 0 to 1, and "bins": "confidence", "accuracy" and "count" of each that has any.
    """
    confidence, right = np.asarray(confidences, float), np.asarray(correct, float)
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = [
        {
            "confidence": float(confidence[places == place].mean()),
            "accuracy": float(right[places == place].mean()),
            "count": int((places == place).sum()),
        }
        for place in np.unique(places)
    ]
    distance = sum(row["count"] * abs(row["accuracy"] - row["confidence"]) for row in bins)
    return {"error": distance / max(1, len(right)), "bins": bins}


def _indicators(value: Any, labels: Sequence[str]) -> list[int]:
    chosen = value if isinstance(value, list) else [value]
    return [int(label in chosen) for label in labels]
