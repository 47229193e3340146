"""Kernels and tables read from layers in every mode, against NumPy and what the layers multiply."""

import keras
import numpy as np
import pytest
from keras.quantizers import Int4QuantizationConfig, Int8QuantizationConfig

from keras_albert.errors import InputError
from keras_albert.layers.joint_span_head import JointSpanHead
from keras_albert.layers.quantized_weights import float_kernel, float_table, is_quantized

X = np.random.default_rng(0).normal(size=(5, 12)).astype("float32")
WEIGHT_ONLY = {
    "none": None,
    "int8": Int8QuantizationConfig(activation_quantizer=None),
    "int4": Int4QuantizationConfig(),
    "int4_by_column": Int4QuantizationConfig(block_size=None),
    "int4_blocks_of_4": Int4QuantizationConfig(block_size=4),
}


def _dense(units=7):
    layer = keras.layers.Dense(units, kernel_initializer="normal", bias_initializer="normal")
    layer.build((None, 12))
    return layer


def _numpy(x):
    return keras.ops.convert_to_numpy(x)


@pytest.mark.parametrize("lora", [False, True])
@pytest.mark.parametrize("form", WEIGHT_ONLY)
def test_it_is_the_kernel_the_layer_multiplies_by(form, lora):
    layer = _dense()
    if WEIGHT_ONLY[form] is not None:
        layer.quantize(config=WEIGHT_ONLY[form])
    if lora:
        layer.enable_lora(2)
        layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape, "float32"))
    expected = X @ _numpy(float_kernel(layer)) + _numpy(layer.bias)
    np.testing.assert_allclose(_numpy(layer(X)), expected, atol=1e-5)


@pytest.mark.parametrize(("mode", "most"), [("int8", 127), ("int4", 7)])
def test_it_is_numpys_rounding_by_column(mode, most):
    layer = _dense()
    kernel = _numpy(layer.kernel)
    config = Int4QuantizationConfig(block_size=None) if mode == "int4" else None
    layer.quantize(mode, config=config)
    scale = most / np.abs(kernel).max(axis=0)
    expected = np.round(kernel * scale) / scale
    np.testing.assert_allclose(_numpy(float_kernel(layer)), expected, atol=1e-5)


def test_float8_keeps_its_kernel():
    layer = _dense()
    kernel = _numpy(layer.kernel)
    layer.quantize("float8")
    assert is_quantized(layer)
    np.testing.assert_array_equal(_numpy(float_kernel(layer)), kernel)


def test_a_kernel_behind_an_activation_cannot_be_read():
    layer = keras.layers.Dense(3, activation="tanh")
    layer.build((None, 4))
    layer.quantize("int8")
    with pytest.raises(InputError, match="activation"):
        float_kernel(layer)


@pytest.mark.parametrize("form", [name for name in WEIGHT_ONLY if name != "none"])
def test_the_joint_head_reads_its_end_kernel(form):
    """Against the same head in float32 whose kernel is the rounded one."""
    states = np.random.default_rng(1).normal(size=(2, 6, 16)).astype("float32")
    mask, starts = np.ones((2, 6), "int32"), np.array([[1], [3]], "int32")
    heads = [JointSpanHead(beam_size=2, initializer_range=0.3) for _ in range(2)]
    for head in heads:
        head.build((None, None, 16))
    heads[1].set_weights(heads[0].get_weights())
    heads[0].end_hidden.quantize(config=WEIGHT_ONLY[form])
    # Products of the layer itself with unit rows, as it says in Keras's documentation of `call`.
    unit = np.eye(32, dtype="float32")
    rounded = _numpy(heads[0].end_hidden(unit)) - _numpy(heads[0].end_hidden.bias)
    assert np.abs(rounded - _numpy(heads[1].end_hidden.kernel)).max() > 1e-4
    heads[1].end_hidden.kernel.assign(rounded)
    one, other = (_numpy(head(states, mask, starts)["end"]) for head in heads)
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("form", WEIGHT_ONLY)
def test_the_tied_table_is_multiplied_as_it_is_looked_up(form):
    layer = keras.layers.ReversibleEmbedding(9, 12, embeddings_initializer="normal")
    layer.build()
    plain = _numpy(float_table(layer))
    if WEIGHT_ONLY[form] is not None:
        layer.quantize(config=WEIGHT_ONLY[form])
    table = _numpy(float_table(layer))
    np.testing.assert_allclose(table, plain, atol=0.3 * np.abs(plain).max())
    np.testing.assert_allclose(_numpy(layer(X, reverse=True)), X @ table.T, atol=1e-5)
