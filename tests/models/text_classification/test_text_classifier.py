"""AlbertTextClassifier: the three problems, losses beside NumPy."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertTextClassifier
from keras_albert.errors import InputError
from tests.contracts import model_inputs

LABELS = {
    "single_label": np.array([0, 2, 1, 2]),
    "multi_label": np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1]], "float32"),
    "regression": np.array([[0.5], [1.0], [-2.0], [0.0]], "float32"),
}


def _reference(problem, scores, y):
    if problem == "single_label":
        log_probs = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
        return -log_probs[np.arange(4), y].mean()
    if problem == "multi_label":
        p = 1 / (1 + np.exp(-scores))
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return ((scores - y) ** 2).mean()


@pytest.mark.parametrize("activation", [None, "own"])
@pytest.mark.parametrize("problem", LABELS)
def test_loss(backbone, problem, activation):
    function = {"single_label": "softmax", "multi_label": "sigmoid", "regression": None}[problem]
    classes = 1 if problem == "regression" else 3
    task = AlbertTextClassifier(
        backbone, classes, problem=problem, activation=function if activation else None
    )
    logits = AlbertTextClassifier(backbone, classes, problem=problem)
    logits.set_weights(task.get_weights())
    x, y = model_inputs(7, None), LABELS[problem]
    expected = _reference(problem, logits.predict(x, verbose=0), y)
    assert task.evaluate(x, y, verbose=0)[0] == pytest.approx(expected, abs=1e-5)


def test_scores_stay_in_float32(backbone):
    config = {**backbone.get_config(), "dtype": "mixed_bfloat16"}
    task = AlbertTextClassifier(type(backbone)(**config), 3)
    assert keras.backend.standardize_dtype(task(model_inputs(7, None)).dtype) == "float32"


def test_bad_settings(backbone):
    with pytest.raises(InputError, match="Did you mean 'multi_label'"):
        AlbertTextClassifier(backbone, 3, problem="multi_labels")
    with pytest.raises(InputError, match="num_classes=0"):
        AlbertTextClassifier(backbone, 0)
