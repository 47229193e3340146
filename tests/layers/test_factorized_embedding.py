"""FactorizedEmbedding beside NumPy."""

import keras
import numpy as np
import pytest

from keras_albert.layers import FactorizedEmbedding


@pytest.mark.parametrize(
    ("hidden_dim", "projection", "projected"),
    [
        (12, None, True),
        (8, None, False),
        (8, True, True),
    ],
)
def test_equals_numpy(hidden_dim, projection, projected):
    layer = FactorizedEmbedding(
        30, 8, hidden_dim, max_sequence_length=10, projection=projection, initializer_range=0.3
    )
    tokens = np.array([[3, 29, 0], [1, 1, 2]], "int32")
    segments = np.array([[0, 1, 1], [0, 0, 1]], "int32")
    got = keras.ops.convert_to_numpy(layer(tokens, segments))

    def array(variable):
        return keras.ops.convert_to_numpy(variable).astype("float64")

    x = array(layer.token_embedding.embeddings)[tokens]
    x = x + array(layer.segment_embedding.embeddings)[segments]
    x = x + array(layer.position_embeddings)[None, :3]
    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
    assert (layer.embedding_projection is not None) == projected
    if projected:
        x = x @ array(layer.embedding_projection.kernel) + array(layer.embedding_projection.bias)
    np.testing.assert_allclose(got, x, atol=1e-5)


def test_dropout_in_training_only():
    layer = FactorizedEmbedding(30, 8, 8, dropout=0.5)
    ids = np.ones((2, 40), "int32")
    segments = np.zeros((2, 40), "int32")
    kept = keras.ops.convert_to_numpy(layer(ids, segments, training=True))
    assert 0.3 < (kept == 0).mean() < 0.7
    assert (keras.ops.convert_to_numpy(layer(ids, segments)) != 0).all()
