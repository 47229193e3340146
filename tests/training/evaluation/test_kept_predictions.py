"""An evaluation that is stopped goes on, and gives what it would have given."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertBackbone, AlbertTextClassifier
from keras_albert.errors import InputError
from keras_albert.models.fitting import length_prediction
from keras_albert.training.evaluation.kept_predictions import KeptPredictions, weights_digest
from tests.contracts import model_inputs

pytestmark = pytest.mark.once


@pytest.fixture
def model():
    return AlbertTextClassifier(
        AlbertBackbone(
            vocabulary_size=500,
            num_layers=2,
            num_heads=2,
            embedding_dim=8,
            hidden_dim=16,
            intermediate_dim=32,
            max_sequence_length=32,
        ),
        3,
    )


def test_goes_on_where_it_stopped(model, tmp_path, monkeypatch):
    monkeypatch.setattr(length_prediction, "BATCHES_A_PART", 1)
    x = model_inputs(7, None)
    expected = keras.Model.predict(model, x, verbose=0)
    said: list[str] = []
    kept = KeptPredictions(tmp_path / "E", {"weights": "a"}, said.append)

    def stop(done):
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.predict(model, x, 1, progress=stop)
    folder = tmp_path / "E.unfinished"
    assert len(list(folder.glob("*.npz"))) == 2 and not said

    with pytest.raises(InputError, match="weights was 'a', is now 'b'"):
        KeptPredictions(tmp_path / "E", {"weights": "b"}, said.append)
    rows: list[int] = []
    monkeypatch.setattr(keras.Model, "predict", counted(keras.Model.predict, rows))
    again = KeptPredictions(tmp_path / "E", {"weights": "a"}, said.append)
    outputs = again.predict(model, x, 1)
    assert rows == [1] * (len(expected) - 2) and "Going on" in said[0]
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    again.remove()
    assert not folder.exists()


def counted(predict, rows):
    """`predict`, which notes how many rows it was given."""

    def counting(self, x, **kwargs):
        rows.append(len(x["token_ids"]))
        return predict(self, x, **kwargs)

    return counting


def test_weights_digest_is_of_the_values(model):
    before = weights_digest(model)
    assert weights_digest(model) == before
    model.weights[0].assign_add(keras.ops.ones_like(model.weights[0]))
    assert weights_digest(model) != before
