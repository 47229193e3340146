"""The distances between answers, beside SciPy-free NumPy formulas in float64."""

import numpy as np
import pytest
from keras import ops

from keras_albert.models.depth.distillation import divergence


def _numpy(kind, teacher, student, temperature):
    teacher, student = teacher.astype("float64"), student.astype("float64")
    if kind == "values":
        return ((teacher - student) ** 2).mean(-1)
    teacher, student = teacher / temperature, student / temperature
    if kind == "classes":
        p = np.exp(teacher) / np.exp(teacher).sum(-1, keepdims=True)
        q = np.exp(student) / np.exp(student).sum(-1, keepdims=True)
        return (p * np.log(p / q)).sum(-1) * temperature**2
    p, q = 1 / (1 + np.exp(-teacher)), 1 / (1 + np.exp(-student))
    distance = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    return distance.mean(-1) * temperature**2


@pytest.mark.parametrize("kind", ["classes", "labels", "values"])
@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_it_is_the_formula(kind, temperature):
    random = np.random.default_rng(0)
    teacher, student = (random.normal(size=(4, 5, 3)).astype("float32") for _ in range(2))
    each = _numpy(kind, teacher, student, temperature)
    found = ops.convert_to_numpy(divergence(kind, teacher, student, temperature))
    np.testing.assert_allclose(found, each.mean(), rtol=1e-4)
    weight = random.integers(0, 2, (4, 5)).astype("float32")
    found = ops.convert_to_numpy(divergence(kind, teacher, student, temperature, weight))
    np.testing.assert_allclose(found, (each * weight).sum() / weight.sum(), rtol=1e-4)
    rows = np.array([1, 0, 2, 0], "float32")
    found = ops.convert_to_numpy(divergence(kind, teacher, student, temperature, rows))
    np.testing.assert_allclose(found, (each.mean(1) * rows).sum() / 3, rtol=1e-4)


def test_certain_answers_give_no_infinity():
    teacher, student = np.array([[1e4, -1e4]], "float32"), np.array([[-1e4, 1e4]], "float32")
    for kind in ("classes", "labels"):
        assert np.isfinite(ops.convert_to_numpy(divergence(kind, teacher, student)))
        assert ops.convert_to_numpy(divergence(kind, teacher, teacher)) == 0
