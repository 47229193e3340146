"""TransformerBlock: post-LayerNorm, and parts taken from another block."""

import keras
import numpy as np

from keras_albert.layers import TransformerBlock, attention_bias


def _norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)


def test_residual_then_normalisation():
    block = TransformerBlock(2, 24, initializer_range=0.3)
    x = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")
    bias = attention_bias(np.ones((2, 5), "int32"))
    got = keras.ops.convert_to_numpy(block(x, bias))
    attended = keras.ops.convert_to_numpy(block.self_attention(x, bias))
    middle = _norm(x + attended)
    expected = _norm(middle + keras.ops.convert_to_numpy(block.feed_forward(middle)))
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_parts_of_another_block():
    first = TransformerBlock(2, 24)
    second = TransformerBlock(2, 24, attention_from=first)
    third = TransformerBlock(2, 24, attention_from=first, feed_forward_from=second)
    for block in (first, second, third):
        block.build((None, None, 8))
    assert second.self_attention is first.self_attention
    assert second.feed_forward is not first.feed_forward
    assert third.feed_forward is second.feed_forward
    assert {id(v) for v in third.variables} <= {id(v) for b in (first, second) for v in b.variables}
