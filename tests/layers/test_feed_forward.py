"""FeedForward beside NumPy."""

import keras
import numpy as np

from keras_albert.layers import FeedForward


def test_equals_numpy():
    layer = FeedForward(20, activation="relu", initializer_range=0.5)
    x = np.random.default_rng(0).normal(size=(2, 3, 6)).astype("float32")
    got = keras.ops.convert_to_numpy(layer(x))
    first, first_bias, second, second_bias = (
        keras.ops.convert_to_numpy(v) for v in layer.variables
    )
    expected = np.maximum(x @ first + first_bias, 0) @ second + second_bias
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert FeedForward.from_config(layer.get_config()).get_config() == layer.get_config()
