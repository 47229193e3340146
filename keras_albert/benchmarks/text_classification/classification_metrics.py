"""Metrics of answers about texts."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.stats
from sklearn import metrics


def log_softmax(scores: Any) -> np.ndarray:
    """(N, C) logits -> (N, C) logarithms of probabilities, in float64."""
    scores = np.asarray(scores, np.float64)
    highest = scores.max(-1, keepdims=True)
    return scores - highest - np.log(np.exp(scores - highest).sum(-1, keepdims=True))


def gold_and_predicted(predictions: Sequence[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """What the file says and what the model says, for answers that have both."""
    return [row["gold"] for row in predictions], [row["prediction"] for row in predictions]


def accuracy(predictions: Sequence[dict[str, Any]]) -> float:
    """The share of right answers."""
    return float(metrics.accuracy_score(*gold_and_predicted(predictions)))


def f1(predictions: Sequence[dict[str, Any]], positive: str) -> float:
    """F1 of one label; 0 where it neither occurs nor is answered (GLUE: MRPC, QQP)."""
    gold, predicted = gold_and_predicted(predictions)
    given = ([label == positive for label in side] for side in (gold, predicted))
    return float(metrics.f1_score(*given, zero_division=0.0))


def macro_f1(predictions: Sequence[dict[str, Any]]) -> float:
    """The mean of all labels' F1."""
    gold, predicted = gold_and_predicted(predictions)
    return float(metrics.f1_score(gold, predicted, average="macro", zero_division=0.0))


def matthews(predictions: Sequence[dict[str, Any]]) -> float:
    """Matthews' correlation of gold and answers; 0 where one of them never changes."""
    return float(metrics.matthews_corrcoef(*gold_and_predicted(predictions)))


def correlations(predictions: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Pearson's and Spearman's, 0 where gold or answers never change: neither is defined."""
    gold, predicted = (np.array(side, float) for side in gold_and_predicted(predictions))
    if len(gold) < 2 or np.ptp(gold) == 0 or np.ptp(predicted) == 0:
        return {"pearson": 0.0, "spearman": 0.0}
    with warnings.catch_warnings():
        # Nearly constant answers early in training: the number is rough, which says enough.
        warnings.simplefilter("ignore")
        return {
            "pearson": float(scipy.stats.pearsonr(gold, predicted).statistic),
            "spearman": float(scipy.stats.spearmanr(gold, predicted).statistic),
        }


def label_set_metrics(
    predictions: Sequence[dict[str, Any]], labels: Sequence[str]
) -> dict[str, float]:
    """Of answers that are sets of labels: "micro_f1", "macro_f1", "exact" (the share of sets that
    are right as a whole).
    """
    gold, predicted = (
        np.array([[label in answer for label in labels] for answer in side])
        for side in gold_and_predicted(predictions)
    )
    return {
        "micro_f1": float(metrics.f1_score(gold, predicted, average="micro", zero_division=0.0)),
        "macro_f1": float(metrics.f1_score(gold, predicted, average="macro", zero_division=0.0)),
        "exact": float(metrics.accuracy_score(gold, predicted)),
    }
