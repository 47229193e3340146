"""row_product against the Dense layer it stands for."""

import keras
import numpy as np
import pytest

from keras_albert.layers.row_product import row_product

ROWS = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")


def _dense(dtype="float32"):
    layer = keras.layers.Dense(5, dtype=dtype, bias_initializer="normal")
    layer.build((None, 8))
    return layer


@pytest.mark.parametrize("change", ["nothing", "lora", "int8"])
def test_it_equals_the_layer(change):
    layer = _dense()
    if change == "lora":
        layer.enable_lora(2)
        layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape, "float32"))
    elif change == "int8":
        layer.quantize("int8")
    got, expected = (keras.ops.convert_to_numpy(f(ROWS)) for f in (lambda x: _on(layer, x), layer))
    np.testing.assert_allclose(got, expected, atol=1e-6)


def _on(layer, rows):
    return row_product(layer, keras.ops.convert_to_tensor(rows))


def test_the_product_is_that_of_numpy():
    layer = _dense()
    kernel, bias = layer.get_weights()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(_on(layer, ROWS)), ROWS @ kernel + bias, atol=1e-6
    )
