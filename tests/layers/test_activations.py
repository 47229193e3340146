"""Activations beside their closed forms."""

import math

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.layers import activation_named

POINTS = np.linspace(-4, 4, 41, dtype="float32")


def _erf_form(x):
    return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


def _tanh_form(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("gelu", _erf_form),
        ("gelu_new", _tanh_form),
        ("gelu_tanh", _tanh_form),
        ("relu", lambda x: max(x, 0.0)),
        ("silu", lambda x: x / (1 + math.exp(-x))),
        ("tanh", math.tanh),
    ],
)
def test_equals_the_formula(name, reference):
    got = keras.ops.convert_to_numpy(activation_named(name)(POINTS))
    np.testing.assert_allclose(got, [reference(float(x)) for x in POINTS], atol=1e-6)


@pytest.mark.parametrize("name", ["geluu", "", None, 3])
def test_an_unknown_name_is_an_error(name):
    with pytest.raises(InputError, match="Unknown activation"):
        activation_named(name)
