"""AtDepth: the task run to its depth, without new weights."""

import keras
import numpy as np

from keras_albert import AlbertTextClassifier
from keras_albert.models.depth.at_depth import AtDepth
from tests.contracts import assert_same_outputs, model_inputs


def test_it_runs_the_task_to_its_depth(backbone):
    task, x = AlbertTextClassifier(backbone, 3), model_inputs(7, None)
    shallow = AtDepth(task, 1)
    predicted = keras.Model.predict(shallow, x, verbose=0)
    assert_same_outputs(predicted, task(x, depth=1))
    assert np.abs(predicted - keras.ops.convert_to_numpy(task(x))).max() > 1e-4
    assert {id(w) for w in shallow.weights} == {id(w) for w in task.weights}
