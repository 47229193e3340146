"""LinearWarmupDecay against the numbers Google's formula gives."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert.errors import InputError
from keras_albert.optimizers import LinearWarmupDecay


def rate(schedule, step):
    return float(ops.convert_to_numpy(schedule(ops.convert_to_tensor(step, dtype="int32"))))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 0.0),
        (1, 1.76e-3 / 3125),
        (3124, 1.76e-3 * 3124 / 3125),
        (3125, 1.76e-3 * (1 - 3125 / 125000)),
        (62500, 0.88e-3),
        (125000, 0.0),
        (200000, 0.0),
    ],
)
def test_albert_rates_of_the_paper(step, expected):
    assert rate(LinearWarmupDecay(1.76e-3, 125_000, 3_125), step) == pytest.approx(expected, 1e-5)


def test_without_warmup_it_equals_keras_polynomial_decay():
    theirs = keras.optimizers.schedules.PolynomialDecay(0.5, 20, end_learning_rate=0.0, power=1.0)
    ours = LinearWarmupDecay(0.5, 20)
    for step in range(25):
        assert rate(ours, step) == pytest.approx(rate(theirs, step), abs=1e-7)


def test_accumulation_counts_updates_and_keeps_integers_exact():
    schedule = LinearWarmupDecay(1.0, 4, 2, gradient_accumulation_steps=3)
    assert [rate(schedule, step) for step in range(9)] == [0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    schedule = LinearWarmupDecay(1.0, 2**24, gradient_accumulation_steps=2**7)
    step = 2**30 + 2**7 - 1
    assert rate(schedule, step) == np.float32(1 - 2**23 / 2**24)


def test_serialises():
    schedule = LinearWarmupDecay(0.1, 10, 3, 2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert isinstance(again, LinearWarmupDecay)
    assert again.get_config() == schedule.get_config()


@pytest.mark.parametrize("arguments", [(0.1, 0), (0.1, 10, 11), (0.1, 10, -1)])
def test_steps_out_of_range_are_named(arguments):
    with pytest.raises(InputError, match="_steps="):
        LinearWarmupDecay(*arguments)
