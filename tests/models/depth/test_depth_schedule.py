"""DepthSchedule: the formula of PABEE's weights, the turn of the depths, wrong settings."""

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models.depth.depth_schedule import DepthSchedule

pytestmark = pytest.mark.once


def test_all_depths_weigh_by_their_layers():
    schedule = DepthSchedule(6)
    assert schedule.depths(17) == [1, 2, 3, 4, 5, 6]
    # Zhou et al. 2020, equation 4: sum of j * loss_j over sum of j.
    np.testing.assert_allclose(schedule.weights([1, 2, 3, 4, 5, 6]), np.arange(1, 7) / 21)
    np.testing.assert_allclose(DepthSchedule(6, weighting="equal").weights([1, 6]), [0.5, 0.5])


def test_every_depth_has_its_turn_equally_often():
    schedule = DepthSchedule(12, min_depth=2, depths_per_step=5)
    steps = [schedule.depths(step) for step in range(9)]
    assert all(depths[0] == 2 and depths[-1] == 12 and len(set(depths)) == 5 for depths in steps)
    between = [depth for depths in steps for depth in depths[1:-1]]
    assert sorted(between) == sorted(list(range(3, 12)) * 3)


def test_a_tensor_of_a_step_gives_what_its_number_gives():
    import keras

    schedule = DepthSchedule(12, min_depth=2, depths_per_step=4)
    for step in (0, 7, 100):
        found = schedule.depths(keras.ops.convert_to_tensor(step, "int64"))
        assert [int(depth) for depth in found] == schedule.depths(step)
        weights = [float(weight) for weight in schedule.weights(found)]
        np.testing.assert_allclose(weights, schedule.weights(schedule.depths(step)), rtol=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_depth": 0}, "min_depth=0"),
        ({"min_depth": 12}, "between 1 and 11"),
        ({"depths_per_step": 1}, "below 2"),
        ({"weighting": "none"}, "neither"),
        ({"distillation": 1.5}, "distillation=1.5"),
        ({"temperature": 0.0}, "temperature=0.0"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(InputError, match=message):
        DepthSchedule(12, **settings)
