"""SelfAttention beside a NumPy reference, and the fused path beside the one written out."""

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.layers import SelfAttention, attention_bias


def _layer(dim=12, heads=3):
    keras.utils.set_random_seed(0)
    layer = SelfAttention(heads, initializer_range=0.5)
    layer.build((None, None, dim))
    for variable in layer.variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape) * 0.4)
    return layer


def _reference(layer, x, mask):
    """Attention one head at a time, from the head-by-head layout of the fused kernel."""
    kernel = keras.ops.convert_to_numpy(layer.query_key_value.kernel)
    bias = keras.ops.convert_to_numpy(layer.query_key_value.bias)
    heads, size = layer.num_heads, layer.head_dim
    contexts = []
    for head in range(heads):
        columns = slice(head * 3 * size, (head + 1) * 3 * size)
        q, k, v = np.split(x @ kernel[:, columns] + bias[columns], 3, axis=-1)
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(size)
        scores = np.where(mask[:, None, :] == 1, scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        contexts.append(weights / weights.sum(axis=-1, keepdims=True) @ v)
    output = np.concatenate(contexts, axis=-1)
    return output @ keras.ops.convert_to_numpy(
        layer.output_dense.kernel
    ) + keras.ops.convert_to_numpy(layer.output_dense.bias)


def test_equals_numpy():
    layer = _layer()
    x = np.random.default_rng(0).normal(size=(2, 7, 12)).astype("float32")
    mask = np.ones((2, 7), "int32")
    mask[1, 4:] = 0
    got = keras.ops.convert_to_numpy(layer(x, attention_bias(mask)))
    np.testing.assert_allclose(got, _reference(layer, x, mask), atol=1e-5)
    # Asking for the probabilities takes the written-out path on every backend.
    again, scores = layer(x, attention_bias(mask), return_attention_scores=True)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(again), got, atol=1e-5)
    scores = keras.ops.convert_to_numpy(scores)
    np.testing.assert_allclose(scores.sum(axis=-1), 1.0, atol=1e-5)
    assert scores[1, :, :, 4:].max() == 0.0


def test_many_large_values_average_in_float16():
    """Equal attention to 400 values of 200 is 200; their sum, 80,000, float16 does not hold."""
    layer = SelfAttention(3, dtype="float16")
    layer.build((None, None, 12))
    for variable in layer.variables:
        variable.assign(np.zeros(variable.shape))
    bias = np.zeros((3, 3, 4))
    bias[:, 2] = 200
    layer.query_key_value.bias.assign(bias.ravel())
    layer.output_dense.kernel.assign(np.eye(12))
    x = np.zeros((1, 400, 12), "float16")
    for scores in (False, True):
        got = layer(x, return_attention_scores=scores)
        got = keras.ops.convert_to_numpy(got[0] if scores else got)
        np.testing.assert_allclose(got, 200, rtol=0.01)


def test_without_a_mask_every_position_attends_to_every_other():
    """Not causal, and scaled: what Keras 3.15's fused attention gets wrong on TPU."""
    layer = _layer()
    x = np.random.default_rng(0).normal(size=(2, 7, 12)).astype("float32")
    got = keras.ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(got, _reference(layer, x, np.ones((2, 7))), atol=1e-5)


def test_each_row_has_its_own_mask_also_when_the_mask_is_concrete():
    layer = _layer()
    x = np.random.default_rng(0).normal(size=(2, 7, 12)).astype("float32")
    mask = np.ones((2, 7), "int32")
    mask[0, 2:] = 0
    got = keras.ops.convert_to_numpy(layer(x, attention_bias(mask)))
    np.testing.assert_allclose(got, _reference(layer, x, mask), atol=1e-5)


def test_a_width_that_cannot_be_split_is_refused():
    with pytest.raises(InputError, match="cannot be split into 5 heads"):
        SelfAttention(5).build((None, None, 12))
