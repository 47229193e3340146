"""A pooler that is not read: not trained, not warned of, and left to others."""

import warnings

import keras
import numpy as np
import pytest

from keras_albert import AlbertMaskedLM, AlbertQuestionAnswerer, AlbertTextClassifier
from keras_albert import AlbertTokenClassifier as TokenClassifier
from tests.contracts import model_inputs

MODELS = {
    "masked_lm": (AlbertMaskedLM, np.ones((4, 2), "int32")),
    "token_classifier": (lambda backbone: TokenClassifier(backbone, 3), np.ones((4, 7), "int32")),
    "question_answerer": (
        AlbertQuestionAnswerer,
        {"start": np.ones(4, "int32"), "end": np.ones(4, "int32")},
    ),
}

# Fitting is the same for all.
ONCE = pytest.mark.once


@pytest.mark.parametrize(
    "name", ["masked_lm", *(pytest.param(name, marks=ONCE) for name in list(MODELS)[1:])]
)
def test_the_pooler_stays_and_nothing_is_warned_of(name, backbone):
    make, labels = MODELS[name]
    task = make(backbone)
    before = keras.ops.convert_to_numpy(backbone.pooler.kernel).copy()
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Gradients do not exist")
        x = model_inputs(7, 2 if name == "masked_lm" else None)
        keras.Model.fit(task, x, labels, verbose=0)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(backbone.pooler.kernel), before)
    every = [*task.trainable_variables, *task.non_trainable_variables]
    assert {id(v) for v in every} == {id(v) for v in task.variables}
    assert len(every) == len(task.variables)
    assert len(task.trainable_weights) + len(task.non_trainable_weights) == len(task.weights)
    assert not {id(v) for v in backbone.pooler.variables} & {id(v) for v in task.trainable_weights}


def test_another_task_on_the_backbone_trains_it(backbone):
    AlbertMaskedLM(backbone)
    classifier = AlbertTextClassifier(backbone, 3)
    trained = {id(v) for v in classifier.trainable_variables}
    assert {id(v) for v in backbone.pooler.trainable_variables} <= trained
