"""Writes a task as ONNX, its weights stored once and its depth an input."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.export.named_outputs import default_depth, depth_can_be_input, input_axes
from keras_albert.export.onnx_graph.onnx_builder import OnnxBuilder
from keras_albert.export.onnx_graph.onnx_heads import head_outputs
from keras_albert.export.onnx_graph.onnx_network import embedded, encoded
from keras_albert.export.sizes import check_stored, onnx_bytes
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import TaskKind

MODEL_FILE = "model.onnx"
# Operations as of this version: `Gelu` is in it. ONNX Runtime since 1.17 and OpenVINO since 2024
# know all that is used here.
OPSET = 20
INTERMEDIATE_REPRESENTATION = 9


def write_onnx(job: dict[str, Any]) -> None:
    """Writes job["target"]/model.onnx, as a job (see `worker`) asks for.

    Raises:
        InputError: the task has an activation that ONNX lacks, or weights were doubled.
    """
    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    content = onnx_model(saved, depth=job["depth"], quantize=job["quantize"])
    check_stored(onnx_bytes(content.graph), saved, job["quantize"])
    Path(job["target"], MODEL_FILE).write_bytes(content.SerializeToString())


def onnx_model(saved: SavedTask, depth: int | None = None, quantize: str | None = None) -> Any:
    """A task as an ONNX model, from its variables on whatever backend.

    Args:
        saved: the task.
        depth: a fixed number of layers. None: an int32 scalar input "depth", held between 1 and
            the model's layers, where these share weights.
        quantize: see `OnnxBuilder`.

    Returns:
        An `onnx.ModelProto`. Its inputs are int32, `named_outputs.input_axes` and "depth"; its
        outputs those of `named_outputs.named_outputs`. Batch and length are of any size.

    Raises:
        InputError: the task has an activation that ONNX lacks.
    """
    from onnx import TensorProto, helper

    graph = OnnxBuilder(quantize)
    axes = input_axes(saved)
    backbone = saved.task.backbone
    names = {name: name for name in axes}
    layers: int | str = default_depth(saved) if depth is None else depth
    declared = [
        helper.make_tensor_value_info(name, TensorProto.INT32, list(shape))
        for name, shape in axes.items()
    ]
    if depth is None and depth_can_be_input(saved):
        declared.append(helper.make_tensor_value_info("depth", TensorProto.INT32, []))
        bounds = (graph.constant(n, np.int64) for n in (1, backbone.num_layers))
        wanted = graph.node("Cast", "depth", to=TensorProto.INT64)
        layers = str(graph.node("Clip", wanted, *bounds))

    rows = dict(names)
    if "choices" in saved.facts.row_axes:
        rows = {name: _as_rows(graph, name) for name in names}
    states = embedded(graph, backbone.embedding, rows["token_ids"], rows["segment_ids"])
    states = encoded(graph, backbone.encoder, states, rows["padding_mask"], layers)
    outputs = head_outputs(graph, saved, names, states)

    for name, value in outputs.items():
        graph.node("Identity", value, output=name)
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            saved.kind,
            declared,
            [
                helper.make_tensor_value_info(name, *_output_type(saved.facts, name))
                for name in outputs
            ],
            initializer=graph.initializers,
        ),
        producer_name="keras_albert",
        ir_version=INTERMEDIATE_REPRESENTATION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )


def _as_rows(graph: OnnxBuilder, name: str) -> str:
    """(B, C, S) -> (B * C, S), as `MergeChoices`."""
    length = graph.node("Shape", name, start=2, end=3)
    shape = graph.node("Concat", graph.constant([-1], np.int64), length, axis=0)
    return str(graph.node("Reshape", name, shape))


def _output_type(facts: TaskKind, name: str) -> tuple[int, list[None]]:
    """An output's type and its axes, all of any size."""
    from onnx import TensorProto

    number = TensorProto.INT32 if name in facts.whole else TensorProto.FLOAT
    return number, [None] * facts.outputs[name]
