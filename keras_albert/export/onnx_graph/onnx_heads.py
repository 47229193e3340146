"""The heads of every task as ONNX operations, with the outputs that `named_outputs` names."""

from typing import Any

import numpy as np

from keras_albert.export.onnx_graph.onnx_builder import OnnxBuilder
from keras_albert.export.onnx_graph.onnx_network import (
    activated,
    dense,
    first_state,
    pooled,
    positions,
)
from keras_albert.layers.joint_span_head import OUT
from keras_albert.models.choices.multiple_choice import MISSING_CHOICE
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import load_named


def head_outputs(
    graph: OnnxBuilder, saved: SavedTask, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """What a task's heads make of the encoder's states.

    Args:
        graph: where the nodes go.
        saved: the task.
        inputs: the names of the graph's inputs, `named_outputs.input_axes`.
        states: (B, S, H); of multiple choice (B * C, S, H).

    Returns:
        As `named_outputs.named_outputs`, names of values.
    """
    write = load_named(saved.facts.onnx_head)
    return dict(write(graph, saved.task, inputs, states))


def text_classifier(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """Scores of C classes, and their probabilities unless they are numbers."""
    scores = dense(graph, pooled(graph, task.backbone.pooler, states), task.output_dense)
    if task.problem == "regression":
        return {"scores": scores}
    probabilities = scores
    if task.activation.__name__ not in ("softmax", "sigmoid"):
        normalise = "sigmoid" if task.problem == "multi_label" else "softmax"
        probabilities = activated(graph, scores, normalise)
    return {"scores": scores, "probabilities": probabilities}


def token_classifier(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """Scores of C tags a token."""
    return {"scores": dense(graph, states, task.output_dense)}


def multiple_choice(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """A score a choice, far below all others where there is none."""
    from onnx import TensorProto

    scores = dense(graph, pooled(graph, task.backbone.pooler, states), task.output_dense)
    choices = graph.node("Shape", inputs["token_ids"], start=0, end=2)
    scores = graph.node("Reshape", scores, choices)
    last = graph.constant([-1], np.int64)
    there = graph.node("ReduceMax", inputs["padding_mask"], last, keepdims=0)
    there = graph.node("Cast", there, to=TensorProto.FLOAT)
    missing = graph.node("Sub", graph.constant(1.0), there)
    missing = graph.node("Mul", missing, graph.constant(MISSING_CHOICE))
    return {"scores": graph.node("Add", scores, missing)}


def sentence_order(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """Logits of in order and swapped."""
    vector = pooled(graph, task.backbone.pooler, states)
    return {"sentence_order": dense(graph, vector, task.sentence_order_head.dense)}


def masked_lm(graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str) -> dict[str, str]:
    """`MaskedTokenHead`: (B, S, H) and positions (B, P) -> (B, P, V)."""
    from onnx import TensorProto

    head, places = task.masked_token_head, inputs["mask_positions"]
    wanted = graph.node("Cast", places, to=TensorProto.INT64)
    wanted = graph.node("Unsqueeze", wanted, graph.constant([-1], np.int64))
    x = graph.node("GatherND", states, wanted, batch_dims=1)
    x = graph.node("Reshape", x, graph.constant([-1, task.backbone.hidden_dim], np.int64))
    x = activated(graph, dense(graph, x, head.dense), head.activation)
    x = graph.normalized(x, head.normalization)
    logits = graph.product_with_rows(x, head.token_embedding.embeddings)
    logits = graph.add(logits, head.bias)
    pieces = graph.constant([head.token_embedding.input_dim], np.int64)
    shape = graph.node("Concat", graph.node("Shape", places), pieces, axis=0)
    return {"masked_tokens": graph.node("Reshape", logits, shape)}


def pretrainer(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """Both of pretraining's heads."""
    return {
        **masked_lm(graph, task, inputs, states),
        **sentence_order(graph, task, inputs, states),
    }


def question_answerer(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """Logits of starts and ends."""
    spans = graph.node(
        "Split", dense(graph, states, task.span_dense), outputs=2, axis=-1, num_outputs=2
    )
    last = graph.constant([-1], np.int64)
    return {
        name: graph.node("Squeeze", part, last)
        for name, part in zip(("start", "end"), spans, strict=True)
    }


def joint_question_answerer(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """`JointSpanHead` without a gold start: its beam, and whether there is an answer."""
    from onnx import TensorProto

    head = task.joint_spans
    last = graph.constant([-1], np.int64)
    second = graph.constant([1], np.int64)
    allowed = _answer_places(graph, inputs, states)
    start = graph.node("Squeeze", dense(graph, states, head.start_dense), last)
    start = _masked(graph, start, allowed)

    weights = graph.node("Unsqueeze", graph.node("Softmax", start, axis=-1), second)
    mean = graph.node("Squeeze", graph.node("MatMul", weights, states), second)
    both = graph.node("Concat", mean, first_state(graph, states), axis=-1)
    impossible = dense(graph, dense(graph, both, head.answer_hidden), head.answer_output)

    log_start, starts = _top(graph, start, 2, head.beam_size)
    places = positions(graph, states)
    # The states of the K starts, zero where a short row was filled up.
    chosen = graph.node("Equal", graph.node("Unsqueeze", starts, last), places)
    chosen = graph.node("MatMul", graph.node("Cast", chosen, to=TensorProto.FLOAT), states)
    # Dense of two vectors side by side is the sum of two products.
    kernel, width = head.end_hidden.kernel, task.backbone.hidden_dim
    by_end = graph.product(states, kernel, part=slice(None, width))
    by_end = graph.add(by_end, head.end_hidden.bias)
    by_start = graph.product(chosen, kernel, part=slice(width, None))
    hidden = graph.node(
        "Add",
        graph.node("Unsqueeze", by_end, second),
        graph.node("Unsqueeze", by_start, graph.constant([2], np.int64)),
    )
    hidden = graph.normalized(graph.node("Tanh", hidden), head.end_normalization)
    ends = graph.node("Squeeze", dense(graph, hidden, head.end_output), last)
    ends = _masked(graph, ends, graph.node("Unsqueeze", allowed, second))
    log_end, end_positions = _top(graph, ends, 3, head.beam_size)
    return {
        "impossible": impossible,
        "start_positions": graph.node("Cast", starts, to=TensorProto.INT32),
        "start_log_probabilities": log_start,
        "end_positions": graph.node("Cast", end_positions, to=TensorProto.INT32),
        "end_log_probabilities": log_end,
    }


def _answer_places(graph: OnnxBuilder, inputs: dict[str, str], states: str) -> str:
    """`answer_places`: (B, S), 1.0 for the passage without its [SEP], and for [CLS]."""
    from onnx import TensorProto

    zero, one = (graph.constant([n], np.int64) for n in (0, 1))
    end = graph.constant([np.iinfo(np.int64).max], np.int64)
    # A token that another follows is not the row's last.
    real = graph.node("Cast", inputs["padding_mask"], to=TensorProto.FLOAT)
    padded = graph.node("Pad", real, graph.constant([0, 0, 0, 1], np.int64))
    followed = graph.node("Slice", padded, one, end, one)
    second = graph.node("Cast", inputs["segment_ids"], to=TensorProto.FLOAT)
    passage = graph.node("Mul", second, followed)
    is_first = graph.node("Equal", positions(graph, states), zero)
    is_first = graph.node("Cast", is_first, to=TensorProto.FLOAT)
    return str(graph.node("Max", passage, is_first))


def _masked(graph: OnnxBuilder, logits: str, allowed: str) -> str:
    denied = graph.node("Sub", graph.constant(1.0), allowed)
    denied = graph.node("Mul", denied, graph.constant(OUT))
    return str(graph.node("Add", graph.node("Mul", logits, allowed), denied))


def _top(graph: OnnxBuilder, logits: str, rank: int, count: int) -> tuple[str, str]:
    """The K largest log probabilities along the last axis, and where; short rows are filled up."""
    logits = graph.node("LogSoftmax", logits, axis=-1)
    padding = graph.constant([0] * (2 * rank - 1) + [count], np.int64)
    filled = graph.node("Pad", logits, padding, graph.constant(2 * OUT))
    values, places = graph.node(
        "TopK", filled, graph.constant([count], np.int64), outputs=2, axis=-1
    )
    return values, places


def text_embedder(
    graph: OnnxBuilder, task: Any, inputs: dict[str, str], states: str
) -> dict[str, str]:
    """The pooled vector, of length 1 where the task is set to it."""
    from onnx import TensorProto

    if task.pooling == "pooled":
        vectors = pooled(graph, task.backbone.pooler, states)
    elif task.pooling == "cls":
        vectors = first_state(graph, states)
    else:
        second = graph.constant([1], np.int64)
        weights = graph.node("Cast", inputs["padding_mask"], to=TensorProto.FLOAT)
        weights = graph.node("Unsqueeze", weights, graph.constant([-1], np.int64))
        summed = graph.node("ReduceSum", graph.node("Mul", states, weights), second, keepdims=0)
        number = graph.node("ReduceSum", weights, second, keepdims=0)
        vectors = graph.node("Div", summed, graph.node("Max", number, graph.constant(1.0)))
    if task.normalize:
        # `keras.ops.normalize` divides by the length, or by 1e-12 where that is less.
        length = graph.node("ReduceL2", vectors, graph.constant([-1], np.int64), keepdims=1)
        vectors = graph.node("Div", vectors, graph.node("Max", length, graph.constant(1e-12)))
    return {"embedding": vectors}
