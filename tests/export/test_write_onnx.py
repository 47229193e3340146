from collections import Counter
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest

from keras_albert import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier, AlbertTextEmbedder
from keras_albert.errors import InputError
from keras_albert.export.sizes import onnx_bytes
from keras_albert.export.write_onnx import onnx_model
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.export_rows import expected_outputs, possible_places, random_inputs
from tests.exported import model_folder

ONCE = pytest.mark.once

SMALL = {
    "vocabulary_size": 60,
    "num_heads": 2,
    "embedding_dim": 16,
    "hidden_dim": 24,
    "intermediate_dim": 40,
    "max_sequence_length": 16,
    "initializer_range": 0.3,
}


def _saved(kind: str, task: Any) -> Any:
    """A `SavedTask` that was never in a folder: what an export reads of it."""
    return SavedTask(None, TASK_KINDS[kind], task, None, 16, "longest_first", None)  # type: ignore[arg-type]


def _answers(model: Any, inputs: dict[str, np.ndarray], depth: int | None = None) -> Any:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    given = inputs if depth is None else {**inputs, "depth": np.array(depth, np.int32)}
    return dict(zip(names, session.run(names, given), strict=True))


def _compare(actual: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert list(actual) == list(expected)
    for name, value in expected.items():
        assert actual[name].dtype == value.dtype
        possible = possible_places(name, expected)
        np.testing.assert_allclose(
            actual[name][possible], value[possible], rtol=1e-4, atol=2e-5, err_msg=name
        )


# Written from the weights; each backend's outputs are held to transformers' elsewhere.
@pytest.mark.parametrize(
    "kind",
    [
        "pretrainer",
        *(pytest.param(k, marks=ONCE) for k in sorted(TASK_KINDS.keys() - {"pretrainer"})),
    ],
)
def test_every_kind_answers_as_keras_at_any_depth_and_shape(kind: str) -> None:
    saved = SavedTask.load(model_folder("classifier" if kind == "text_classifier" else kind))
    model = onnx_model(saved)
    onnx.checker.check_model(model, full_check=True)
    # One row shorter than a beam is wide.
    for rows, length, depth in ((3, 12, 3), (1, 4, 1)):
        inputs = random_inputs(saved, rows, length)
        _compare(_answers(model, inputs, depth), expected_outputs(saved, inputs, depth))


@pytest.mark.once
@pytest.mark.parametrize("activation", ["gelu", "gelu_tanh", "relu", "silu", "tanh"])
def test_every_activation_and_several_groups(activation: str) -> None:
    backbone = AlbertBackbone(
        **SMALL, num_layers=5, num_groups=2, num_inner_repetitions=2, activation=activation
    )
    saved = _saved("masked_lm", AlbertMaskedLM(backbone))
    model = onnx_model(saved)
    assert Counter(node.op_type for node in model.graph.node)["Loop"] == 2
    inputs = random_inputs(saved, 2, 9)
    for depth in (1, 4, 5):
        _compare(_answers(model, inputs, depth), expected_outputs(saved, inputs, depth))


@pytest.mark.once
@pytest.mark.parametrize("sharing", ["none", "attention", "feedforward"])
def test_layers_of_their_own_are_written_out(sharing: str) -> None:
    backbone = AlbertBackbone(**SMALL, num_layers=3, sharing=sharing)
    saved = _saved("text_classifier", AlbertTextClassifier(backbone, num_classes=2))
    model = onnx_model(saved)
    assert "depth" not in {given.name for given in model.graph.input}
    inputs = random_inputs(saved, 2, 9)
    _compare(_answers(model, inputs), expected_outputs(saved, inputs, 3))
    # What is shared is there once.
    weights = sum(int(np.prod(w.shape)) for w in saved.task.weights)
    assert sum(int(np.prod(each.dims)) for each in model.graph.initializer) < weights + 100


@pytest.mark.once
def test_weights_are_there_once_in_every_precision() -> None:
    saved = SavedTask.load(model_folder("pretrainer"))
    weights = sum(int(np.prod(w.shape)) for w in saved.task.weights)
    whole = len(onnx_model(saved).SerializeToString())
    assert 4 * weights < whole < 4 * weights + 20_000
    inputs = random_inputs(saved, 3, 12)
    assert 4 * weights <= onnx_bytes(onnx_model(saved).graph) < 4 * weights + 1024
    expected = expected_outputs(saved, inputs, 3)["masked_tokens"]
    for precision, share, bound in (
        ("float16", 0.6, 0.005),
        ("int8", 0.45, 0.2),
        ("int8-weights", 0.45, 0.05),
    ):
        model = onnx_model(saved, quantize=precision)
        onnx.checker.check_model(model, full_check=True)
        assert len(model.SerializeToString()) < share * whole + 20_000
        difference = _answers(model, inputs, 3)["masked_tokens"] - expected
        relative = np.sqrt((difference**2).sum() / (expected**2).sum())
        assert 1e-7 < relative < bound, precision


@pytest.mark.once
def test_a_fixed_depth_is_no_input() -> None:
    saved = SavedTask.load(model_folder("classifier"))
    model = onnx_model(saved, depth=2)
    inputs = random_inputs(saved, 2, 9)
    assert {given.name for given in model.graph.input} == set(inputs)
    _compare(_answers(model, inputs), expected_outputs(saved, inputs, 2))


@pytest.mark.once
@pytest.mark.parametrize("pooling", ["cls", "pooled", "mean"])
@pytest.mark.parametrize("layer", [0, -1])
def test_an_embedder_reads_its_layer(pooling: str, layer: int) -> None:
    if pooling == "pooled" and layer == 0:
        return
    backbone = AlbertBackbone(**SMALL, num_layers=3)
    task = AlbertTextEmbedder(backbone, pooling=pooling, layer=layer, normalize=pooling == "mean")
    saved = _saved("text_embedder", task)
    inputs = random_inputs(saved, 2, 9)
    depth = None if layer == 0 else 3
    expected = keras.ops.convert_to_numpy(task(inputs))
    _compare(_answers(onnx_model(saved), inputs, depth), {"embedding": expected})


@pytest.mark.once
def test_an_activation_without_an_operation_is_named() -> None:
    backbone = AlbertBackbone(**SMALL, num_layers=2)
    task = AlbertTextClassifier(backbone, num_classes=2, activation="hard_silu")
    with pytest.raises(InputError, match="hard_silu"):
        onnx_model(_saved("text_classifier", task))
