"""AlbertQuestionAnswerer: its head against NumPy, its loss against the formula."""

import keras
import numpy as np

from keras_albert import AlbertBackbone, AlbertQuestionAnswerer
from tests import contracts


def _answerer():
    return AlbertQuestionAnswerer(
        AlbertBackbone(500, 2, 2, 8, 16, 32, max_sequence_length=32, initializer_range=0.3)
    )


def test_start_and_end_are_two_columns_of_one_product():
    model, x = _answerer(), contracts.model_inputs(7, None)
    outputs = {name: keras.ops.convert_to_numpy(value) for name, value in model(x).items()}
    states = keras.ops.convert_to_numpy(model.backbone(x)["sequence_output"])
    kernel, bias = model.span_dense.get_weights()
    expected = states @ kernel + bias
    np.testing.assert_allclose(outputs["start"], expected[..., 0], atol=1e-6)
    np.testing.assert_allclose(outputs["end"], expected[..., 1], atol=1e-6)


def test_the_loss_is_the_mean_of_both():
    model, x = _answerer(), contracts.model_inputs(7, None)
    y = {"start": np.array([1, 0, 2, 0]), "end": np.array([3, 0, 2, 0])}
    loss = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    expected = 0.0
    for name, logits in model(x).items():
        logits = keras.ops.convert_to_numpy(logits).astype("float64")
        gold = logits[np.arange(4), y[name]]
        expected += 0.5 * float(np.mean(np.log(np.exp(logits).sum(axis=1)) - gold))
    np.testing.assert_allclose(loss, expected, atol=1e-5)


def test_it_runs_to_a_depth():
    model, x = _answerer(), contracts.model_inputs(7, None)
    shallow = model(x, depth=1)["start"]
    states = model.backbone(x, depth=1)["sequence_output"]
    kernel, bias = model.span_dense.get_weights()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(shallow),
        (keras.ops.convert_to_numpy(states) @ kernel + bias)[..., 0],
        atol=1e-6,
    )
