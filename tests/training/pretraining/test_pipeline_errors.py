"""A data error keeps its name through every framework's way of drawing batches."""

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.training.pretraining.pipeline_errors import own_errors


def _batches():
    yield np.zeros((2, 3), "float32"), np.zeros((2, 1), "float32")
    raise InputError("store/part-0: record 7 is damaged.")


@pytest.mark.parametrize("method", [keras.Model.fit, keras.Model.evaluate])
def test_an_error_in_the_data_is_raised_as_it_is(method):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    steps = "steps_per_epoch" if method is keras.Model.fit else "steps"
    with pytest.raises(InputError, match="record 7 is damaged"), own_errors() as kept:
        method(model, kept(_batches()), **{steps: 3}, verbose=0)


def test_another_error_passes():
    with pytest.raises(ZeroDivisionError), own_errors():
        raise ZeroDivisionError
