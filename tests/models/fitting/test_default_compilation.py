"""`compile`: the task's own loss and metrics, and each of them exchanged."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertQuestionAnswerer, AlbertTextClassifier, AlbertTokenClassifier
from tests.contracts import model_inputs

X = model_inputs(7, None)
SPANS = {"start": np.array([1, 0, 2, 0]), "end": np.array([3, 0, 2, 0])}


def _measured(task, y):
    return keras.Model.evaluate(task, X, y, verbose=0, return_dict=True)


def test_what_is_given_takes_the_place_of_the_default(backbone):
    task = AlbertTextClassifier(backbone, 3)
    y = np.array([0, 1, 2, 0])
    own = _measured(task, y)
    entropy = keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="entropy")
    task.compile(metrics=[entropy])
    other = _measured(task, y)
    assert set(own) == {"loss", "accuracy"} and set(other) == {"loss", "entropy"}
    np.testing.assert_allclose(other["loss"], own["loss"], atol=1e-6)
    np.testing.assert_allclose(other["entropy"], own["loss"], atol=1e-6)
    task.compile(loss=lambda gold, scores: keras.ops.mean(keras.ops.square(scores), axis=-1))
    scores = keras.ops.convert_to_numpy(task(X))
    np.testing.assert_allclose(_measured(task, y)["loss"], np.square(scores).mean(), atol=1e-6)


@pytest.mark.once
def test_the_default_weights_of_losses_go_with_the_default_losses(backbone):
    task = AlbertQuestionAnswerer(backbone)
    half = _measured(task, SPANS)["loss"]
    task.compile(loss_weights={"start": 1.0, "end": 1.0})
    np.testing.assert_allclose(_measured(task, SPANS)["loss"], 2 * half, rtol=1e-6)
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    task.compile(loss={"start": entropy, "end": entropy})
    np.testing.assert_allclose(_measured(task, SPANS)["loss"], 2 * half, rtol=1e-6)


def test_weighted_metrics_follow_the_weights(backbone):
    task = AlbertTokenClassifier(backbone, 3, dropout=0.0)
    scores = keras.ops.convert_to_numpy(task(X))
    y = scores.argmax(-1)
    y[:, 3:] = (y[:, 3:] + 1) % 3
    weights = np.zeros((4, 7), "float32")
    weights[:, :3] = 1
    measured = keras.Model.evaluate(task, X, y, sample_weight=weights, verbose=0, return_dict=True)
    assert measured["accuracy"] == 1
