"""Data parallelism over the devices there are, in a process that has two."""

import json
import os
import subprocess
import sys

import pytest

from keras_albert.training.pretraining.distribution import spread_over_devices

TWO_DEVICES = """
import json
import numpy as np
import keras
from keras_albert.errors import InputError
from keras_albert.training.pretraining.distribution import spread_over_devices

try:
    with spread_over_devices(3):
        pass
except InputError as error:
    refused = str(error)
with spread_over_devices(4) as devices:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    x = np.arange(12, dtype="float32").reshape(4, 3) / 10
    model.fit(x, np.ones((4, 1)), batch_size=4, verbose=0)
assert keras.distribution.distribution() is None
print(json.dumps([devices, refused, model.get_weights()[0].ravel().tolist()]))
"""


def test_one_device_changes_nothing():
    with spread_over_devices(3) as devices:
        assert devices == 1


@pytest.mark.once
def test_two_devices_share_a_batch_and_make_the_same_step():
    done = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES],
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    devices, refused, kernel = json.loads(done.stdout.splitlines()[-1])
    assert devices == 2
    assert "cannot be divided over 2 devices" in refused
    # One step of gradient descent on the squared error, by hand.
    import numpy as np

    x = np.arange(12).reshape(4, 3) / 10
    expected = np.ones(3) - 0.1 * 2 * x.T @ (x.sum(1) - 1) / 4
    np.testing.assert_allclose(kernel, expected, atol=1e-5)
