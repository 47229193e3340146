"""AlbertJointQuestionAnswerer: its loss against the formula; where an answer may stand."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertBackbone, AlbertJointQuestionAnswerer
from keras_albert.models.questions.joint_question_answerer import answer_places
from tests import contracts


def _inputs():
    x = contracts.model_inputs(9, None)
    x["segment_ids"] = (np.arange(9) >= 3).astype("int32") * x["padding_mask"]
    return {**x, "start_positions": np.array([[4], [0], [3], [0]], "int32")}


def test_it_survives_saving(backbone, tmp_path):
    contracts.check_serialisation(AlbertJointQuestionAnswerer(backbone), _inputs(), tmp_path)


@pytest.mark.once
def test_it_learns_in_mixed_precision_and_with_lora():
    """Every weight moves but the biases of starts and ends, of which a softmax takes no notice."""
    backbone = AlbertBackbone(
        500, 2, 2, 8, 16, 32, max_sequence_length=32, pooler=False, dtype="mixed_bfloat16"
    )
    model = AlbertJointQuestionAnswerer(backbone, dropout=0.0)
    assert model.joint_spans.compute_dtype == "float32"
    backbone.enable_lora(2)
    weights = model.trainable_weights
    assert all("lora" in w.path or "joint_spans" in w.path for w in weights)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), jit_compile=False)
    before = [keras.ops.convert_to_numpy(w).copy() for w in weights]
    y = {
        "start": np.array([4, 0, 3, 0]),
        "end": np.array([5, 0, 3, 0]),
        "impossible": np.array([[0], [1], [0], [1]], "float32"),
    }
    model.fit(_inputs(), y, epochs=2, verbose=0)
    for old, weight in zip(before, weights, strict=True):
        if not weight.path.endswith(("start_dense/bias", "end_output/bias")):
            assert not np.array_equal(old, keras.ops.convert_to_numpy(weight)), weight.path


def test_an_answer_stands_in_the_passage_or_at_the_first_token():
    segments = np.array([[0, 0, 0, 1, 1, 1, 0], [0, 0, 1, 1, 1, 1, 1]])
    mask = np.array([[1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]])
    places = keras.ops.convert_to_numpy(answer_places(segments, mask))
    assert places.tolist() == [[1, 0, 0, 1, 1, 0, 0], [1, 0, 1, 1, 1, 1, 0]]


def test_the_loss_is_half_of_three_cross_entropies(backbone):
    model, x = AlbertJointQuestionAnswerer(backbone), _inputs()
    y = {
        "start": np.array([4, 0, 3, 0]),
        "end": np.array([5, 0, 3, 0]),
        "impossible": np.array([[0], [1], [0], [1]], "float32"),
    }
    measured = model.evaluate(x, y, verbose=0, return_dict=True)
    outputs = {
        name: keras.ops.convert_to_numpy(v).astype("float64") for name, v in model(x).items()
    }
    expected = 0.0
    for name in ("start", "end"):
        logits = outputs[name]
        gold = logits[np.arange(4), y[name]]
        expected += 0.5 * np.mean(np.log(np.exp(logits).sum(axis=1)) - gold)
    logit, label = outputs["impossible"], y["impossible"]
    expected += 0.5 * np.mean(np.logaddexp(0, logit) - label * logit)
    np.testing.assert_allclose(measured["loss"], expected, atol=1e-5)
    assert {"start_accuracy", "end_accuracy", "impossible_accuracy"} <= set(measured)
    shallow = model(x, depth=1)
    assert not np.allclose(keras.ops.convert_to_numpy(shallow["start"]), outputs["start"])


@pytest.mark.once
def test_int8_stays_near(backbone):
    """The scores do; of two starts that are nearly as likely, the beam may swap the order."""
    task, x = AlbertJointQuestionAnswerer(backbone), _inputs()
    before = task(x)
    task.quantize("int8")
    kernel = task.joint_spans.end_hidden.kernel
    assert keras.backend.standardize_dtype(kernel.dtype) == "int8"
    after = task(x)
    for name in ("start", "end", "impossible"):
        one, other = map(keras.ops.convert_to_numpy, (before[name], after[name]))
        shown = np.abs(one) < 1e6
        assert 0 < np.abs(one - other)[shown].max() < 0.2 * max(1.0, np.abs(one[shown]).max())
