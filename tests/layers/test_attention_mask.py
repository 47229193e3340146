"""The additive mask."""

import keras
import numpy as np

from keras_albert.layers import attention_bias


def test_padding_gets_googles_constant():
    got = keras.ops.convert_to_numpy(attention_bias(np.array([[1, 1, 0]], "int32")))
    np.testing.assert_array_equal(got, [[[[0.0, 0.0, -10000.0]]]])


def test_a_mask_between_positions_and_another_constant():
    mask = np.array([[[1, 0], [1, 1]]], "int32")
    got = keras.ops.convert_to_numpy(attention_bias(mask, masked_score=-40.0))
    np.testing.assert_array_equal(got, [[[[0.0, -40.0], [0.0, 0.0]]]])


def test_it_is_finite_in_float16():
    got = keras.ops.convert_to_numpy(attention_bias(np.zeros((1, 2), "int32"), "float16"))
    assert np.isfinite(got).all()
