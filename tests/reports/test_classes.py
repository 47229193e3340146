"""Classes and confidence, beside scikit-learn's curve and counting by hand."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from keras_albert.reports.classes import calibration, confusions, most_confused, per_class

pytestmark = pytest.mark.once

ROWS = [
    {"gold": gold, "prediction": prediction}
    for gold, prediction in zip("aaabbbbccc", "aabbbbaabc", strict=True)
]


def test_each_class_is_counted():
    a, b, c = per_class(ROWS, ["a", "b", "c"])
    assert (a["label"], a["count"]) == ("a", 3)
    np.testing.assert_allclose([a["precision"], a["recall"], a["f1"]], [2 / 4, 2 / 3, 4 / 7])
    np.testing.assert_allclose([c["precision"], c["recall"]], [1, 1 / 3])
    assert b["count"] == 4


def test_several_labels_an_example():
    rows = [{"gold": ["a", "b"], "prediction": ["a"]}, {"gold": [], "prediction": ["b"]}]
    a, b = per_class(rows, ["a", "b"])
    assert (a["f1"], b["precision"], b["count"]) == (1.0, 0.0, 1)


def test_confusions_are_rows_of_the_file():
    rows = confusions(ROWS, ["a", "b", "c"])
    assert [[cell["count"] for cell in row["cells"]] for row in rows] == [
        [2, 1, 0],
        [1, 3, 0],
        [1, 1, 1],
    ]
    assert rows[1]["cells"][1]["share"] == 0.75
    assert most_confused(ROWS, 2) == [("a", "b", 1), ("b", "a", 1)]


def test_calibration_is_the_mean_distance():
    generator = np.random.default_rng(0)
    confidence = generator.random(400)
    correct = generator.random(400) < confidence**2
    found = calibration(confidence, correct)
    right, said = calibration_curve(correct, confidence, n_bins=10)
    np.testing.assert_allclose([row["accuracy"] for row in found["bins"]], right)
    np.testing.assert_allclose([row["confidence"] for row in found["bins"]], said)
    counts = np.histogram(confidence, 10, (0, 1))[0]
    assert [row["count"] for row in found["bins"]] == counts.tolist()
    np.testing.assert_allclose(found["error"], (counts * abs(right - said)).sum() / 400)
    assert calibration([1.0, 1.0], [True, True])["error"] == 0
