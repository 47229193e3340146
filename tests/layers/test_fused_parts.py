"""What a fused variable says of its parts, against the layout of `convert`."""

import keras
import numpy as np

from keras_albert.convert.layouts import fused
from keras_albert.layers.self_attention import SelfAttention


def test_kernel_and_bias_say_where_queries_keys_and_values_are():
    layer = SelfAttention(2)
    layer.build((None, None, 8))
    for variable in (layer.query_key_value.kernel, layer.query_key_value.bias):
        parts = variable.fused_parts
        shape = (8, 8) if len(variable.shape) == 2 else (8,)
        values = fused([np.full(shape, number, "float32") for number in range(3)], 2)
        by_part = np.moveaxis(values.reshape(parts.shape), parts.axis, 0)
        assert parts.names == ("query", "key", "value")
        for number in range(3):
            assert (by_part[number] == number).all()


def test_other_variables_have_no_parts():
    layer = SelfAttention(2)
    layer.build((None, None, 8))
    assert not hasattr(layer.output_dense.kernel, "fused_parts")
    assert isinstance(layer.output_dense.kernel, keras.Variable)
