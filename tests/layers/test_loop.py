"""`repeat` in all its forms."""

import keras
import numpy as np
import pytest

from keras_albert.layers.loop import repeat


@pytest.mark.parametrize("unroll", [True, False])
@pytest.mark.parametrize("times", [0, 1, 5])
@pytest.mark.parametrize("tensor", [True, False])
def test_counts_and_passes_the_index(unroll, times, tensor):
    if tensor:
        count = keras.ops.convert_to_tensor(times, "int32")
    else:
        count = times

    def step(index, x):
        return x * 2.0 + keras.ops.cast(index, "float32")

    start = keras.ops.convert_to_tensor([1.0, -1.0])
    got = repeat(step, start, count, maximum=5, unroll=unroll)
    expected = np.array([1.0, -1.0])
    for i in range(times):
        expected = expected * 2 + i
    np.testing.assert_allclose(keras.ops.convert_to_numpy(got), expected)
