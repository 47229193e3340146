"""Several devices in one process: data parallelism on JAX."""

import contextlib
from collections.abc import Iterator

import keras

from keras_albert.errors import InputError


@contextlib.contextmanager
def spread_over_devices(batch_size: int) -> Iterator[int]:
    """Makes models built inside run data-parallel over all devices; yields their number.

    Each device holds all weights and takes an equal share of every batch. On JAX only, by
    `keras.distribution.DataParallel`: Keras has nothing of the kind for PyTorch, and TensorFlow's
    strategies want the model built in their scope, which the caller can open. With one device
    nothing changes. Replaying a run bit for bit takes the same number of devices.

    Args:
        batch_size: rows of a batch, all devices together.

    Raises:
        InputError: the batch cannot be divided evenly.
    """
    if keras.backend.backend() != "jax":
        yield 1
        return
    devices = keras.distribution.list_devices()
    if len(devices) == 1:
        yield 1
        return
    if batch_size % len(devices):
        raise InputError(
            f"data.batch_size={batch_size} cannot be divided over {len(devices)} devices: make it "
            f"a multiple of {len(devices)}, or hide devices from JAX."
        )
    with keras.distribution.DataParallel(devices=devices).scope():
        yield len(devices)
