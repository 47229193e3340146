"""Lamb's own part, the trust ratio. Its steps are compared with NumPy in test_adamw.py."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert.optimizers import AdamW, Lamb


def _step(optimizer, name, value, gradient):
    variable = keras.Variable(np.asarray(value, "float32"), name=name)
    optimizer.apply([ops.convert_to_tensor(np.asarray(gradient, "float32"))], [variable])
    return ops.convert_to_numpy(variable.value)


@pytest.mark.parametrize("name", ["bias", "gamma", "beta"])
def test_excluded_variables_step_as_adamw_steps(name):
    value, gradient = [1.0, -2.0, 3.0], [0.1, 0.2, -0.3]
    np.testing.assert_array_equal(
        _step(Lamb(0.1), name, value, gradient), _step(AdamW(0.1), name, value, gradient)
    )


def test_a_matrix_of_zeros_steps_without_a_ratio():
    gradient = [[0.1, -0.2]]
    np.testing.assert_allclose(
        _step(Lamb(0.1), "kernel", [[0.0, 0.0]], gradient),
        _step(AdamW(0.1), "kernel", [[0.0, 0.0]], gradient),
        atol=1e-7,
    )
