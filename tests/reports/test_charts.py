"""Charts: what is drawn is what was given."""

import re

import pytest

from keras_albert.reports.charts import calibration_curve, depth_curve, learning_curves, scatter

pytestmark = pytest.mark.once


def _lines(page):
    """The paths that are lines of data: as many points as were given."""
    return [path.count("L") + 1 for path in re.findall(r'<path d="(M[^"]*)"', page)]


def test_learning_curves_have_a_point_an_epoch():
    epochs = [{"epoch": i, "train_loss": 1 / i, "loss": 1.2 / i, "f1": i / 10} for i in range(1, 8)]
    page = str(learning_curves([{"seed": 3, "epochs": epochs}], "f1"))
    assert page.startswith("<svg") and "http-equiv" not in page
    # Training, validation, metric.
    assert _lines(page).count(7) == 3


def test_one_epoch_without_validation_loss():
    run = {"seed": 0, "epochs": [{"epoch": 1, "train_loss": 1.0, "f1": 0.5}]}
    assert str(learning_curves([run], "f1")).startswith("<svg")


def test_the_other_charts():
    bins = [{"confidence": 0.1 * i, "accuracy": 0.1, "count": 4} for i in range(1, 6)]
    assert 5 in _lines(str(calibration_curve(bins)))
    assert str(scatter([1.0, 2.0], [1.5, 2.5])).count("<use") >= 2


def test_a_depth_curve_has_a_point_a_depth_and_the_models_beside_it():
    points = [{"depth": d, "accuracy": d / 9, "interval": [0, 1]} for d in range(1, 7)]
    page = str(depth_curve(points, "accuracy"))
    assert 6 in _lines(page) and "trained with" not in page
    beside = str(depth_curve(points, "accuracy", [(2, 0.3), (6, 0.7)]))
    assert len(_lines(beside)) > len(_lines(page))
