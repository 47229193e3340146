"""Two threads with one model answer as one does."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from keras_albert import AlbertTextClassifier
from tests.contracts import model_inputs


def test_threads_predict_with_one_model(backbone):
    task, x = AlbertTextClassifier(backbone, 3), model_inputs(7, None)
    expected = keras.Model.predict(task, x, verbose=0)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: task.predict(x, verbose=0), range(8)))
    for outputs in found:
        np.testing.assert_allclose(outputs, expected, atol=1e-6)
