"""ChoiceHead against NumPy."""

import keras
import numpy as np

from keras_albert.layers import ChoiceHead

POOLED = np.random.default_rng(0).normal(size=(6, 8)).astype("float32")
CHOICES = np.zeros((2, 3, 5), "int32")


def test_one_logit_a_choice():
    head = ChoiceHead(dropout=0.5, initializer_range=0.5)
    scores = keras.ops.convert_to_numpy(head(POOLED, CHOICES))
    kernel, bias = (keras.ops.convert_to_numpy(w) for w in (head.dense.kernel, head.dense.bias))
    np.testing.assert_allclose(scores, (POOLED @ kernel + bias).reshape(2, 3), atol=1e-6)


def test_dropout_is_for_training():
    head = ChoiceHead(dropout=0.5, initializer_range=0.5)
    calm, first, second = (
        keras.ops.convert_to_numpy(head(POOLED, CHOICES, training=training))
        for training in (False, True, True)
    )
    assert not np.allclose(calm, first)
    assert not np.allclose(first, second)
