"""MaskedTokenHead: the gather, the tie. Values are compared in models/test_pretrainer.py."""

import keras
import numpy as np

from keras_albert.layers import MaskedTokenHead


def _head():
    embedding = keras.layers.ReversibleEmbedding(30, 6)
    embedding.build()
    head = MaskedTokenHead(embedding, activation="relu")
    return head, embedding


def test_each_prediction_is_of_its_own_position():
    head, _ = _head()
    sequence = np.random.default_rng(0).normal(size=(3, 7, 10)).astype("float32")
    positions = np.array([[0, 6], [3, 3], [5, 1]], "int32")
    together = keras.ops.convert_to_numpy(head(sequence, positions))
    assert together.shape == (3, 2, 30)
    for row in range(3):
        for place in range(2):
            position = positions[row, place]
            alone = head(
                sequence[row : row + 1, position : position + 1], np.zeros((1, 1), "int32")
            )
            np.testing.assert_allclose(
                together[row, place], keras.ops.convert_to_numpy(alone)[0, 0], atol=1e-5
            )


def test_the_embedding_is_tied():
    head, embedding = _head()
    sequence = np.ones((1, 2, 10), "float32")
    positions = np.zeros((1, 1), "int32")
    before = keras.ops.convert_to_numpy(head(sequence, positions))
    embedding.embeddings.assign(keras.ops.convert_to_numpy(embedding.embeddings) * 2)
    after = keras.ops.convert_to_numpy(head(sequence, positions))
    np.testing.assert_allclose(after, before * 2, atol=1e-5)
