"""Metrics of label sets by hand, and probabilities by SciPy."""

import numpy as np
import pytest
import scipy.special

from keras_albert.benchmarks.text_classification import classification_metrics as ours

pytestmark = pytest.mark.once


def test_log_softmax_is_scipys_far_out_too():
    scores = np.array([[1e4, 0.0, -1e4], [1.0, 2.0, 3.0]])
    np.testing.assert_allclose(ours.log_softmax(scores), scipy.special.log_softmax(scores, -1))


def test_label_sets_by_hand():
    gold = [["a", "b"], ["a"], [], ["c"]]
    predicted = [["a"], ["a", "c"], [], ["c"]]
    rows = [{"gold": g, "prediction": p} for g, p in zip(gold, predicted, strict=True)]
    found = ours.label_set_metrics(rows, ["a", "b", "c"])
    # a: 2 hits; b: 1 missed; c: 1 hit, 1 too many. Two sets of four are right.
    assert found == pytest.approx(
        {"micro_f1": 6 / 8, "macro_f1": (1 + 0 + 2 / 3) / 3, "exact": 0.5}
    )


def test_macro_f1_by_hand():
    rows = [{"gold": g, "prediction": p} for g, p in zip("aabc", "abbb", strict=True)]
    assert ours.macro_f1(rows) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert ours.f1(rows, "a") == pytest.approx(2 / 3)
    assert ours.f1(rows, "z") == 0


def test_correlations_of_too_little_are_zero():
    rows = [{"gold": 1.0, "prediction": 2.0}]
    assert ours.correlations(rows) == {"pearson": 0.0, "spearman": 0.0}
