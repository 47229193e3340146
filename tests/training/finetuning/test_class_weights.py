"""Class weights: scikit-learn's rule, and what cannot be weighted."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from keras_albert.errors import InputError
from keras_albert.training.finetuning.class_weights import weighted

pytestmark = pytest.mark.once
LABELS = ["a", "b", "c"]


def test_balanced_is_scikit_learns():
    y = np.array([0, 0, 0, 1, 2, 0], np.int32)
    expected = compute_sample_weight("balanced", y)
    np.testing.assert_allclose(weighted(y, None, LABELS, "balanced"), expected, rtol=1e-6)


def test_words_without_a_label_stay_without_weight():
    y = np.array([[0, 1], [1, 0]], np.int32)
    weights = np.array([[1, 1], [1, 0]], np.float32)
    found = weighted(y, weights, ["a", "b"], "balanced")
    np.testing.assert_allclose(found, [[1.5, 0.75], [0.75, 0]])
    np.testing.assert_allclose(weighted(y, weights, ["a", "b"], {"b": 3}), [[1, 3], [3, 0]])


@pytest.mark.parametrize(
    ("y", "labels", "weights", "message"),
    [
        (np.zeros((2, 1), np.float32), None, "balanced", "one label of several"),
        ({"start": np.zeros(2, int)}, LABELS, "balanced", "one label of several"),
        (np.zeros(2, int), LABELS, {"cc": 2}, "'cc'"),
    ],
)
def test_what_cannot_be_weighted_is_said(y, labels, weights, message):
    with pytest.raises(InputError, match=message):
        weighted(y, None, labels, weights)
