"""SentenceOrderHead: two logits. Values are compared in models/test_pretrainer.py."""

import keras
import numpy as np

from keras_albert.layers import SentenceOrderHead


def test_two_logits():
    head = SentenceOrderHead()
    x = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    got = keras.ops.convert_to_numpy(head(x))
    kernel, bias = (keras.ops.convert_to_numpy(v) for v in head.variables)
    np.testing.assert_allclose(got, x @ kernel + bias, atol=1e-6)
    assert got.shape == (4, 2)
    assert SentenceOrderHead.from_config(head.get_config()).get_config() == head.get_config()
