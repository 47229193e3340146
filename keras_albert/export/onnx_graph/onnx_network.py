"""ALBERT's network as ONNX operations: embeddings, mask, layers as a loop, pooler."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.onnx_graph.onnx_builder import OnnxBuilder
from keras_albert.layers.attention_mask import MASKED_SCORE

# By the names of `layers/activations.py`: an ONNX operation and its attributes.
_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "gelu": ("Gelu", {"approximate": "none"}),
    "gelu_new": ("Gelu", {"approximate": "tanh"}),
    "gelu_tanh": ("Gelu", {"approximate": "tanh"}),
    "relu": ("Relu", {}),
    "tanh": ("Tanh", {}),
    "sigmoid": ("Sigmoid", {}),
    "softmax": ("Softmax", {"axis": -1}),
}


def activated(graph: OnnxBuilder, x: str, activation: str) -> str:
    """What an activation makes of x.

    Args:
        graph: where the nodes go.
        x: any shape.
        activation: a name that `activation_named` knows, or a head's.

    Raises:
        InputError: ONNX has no such operation.
    """
    if activation == "linear":
        return x
    if activation == "silu":
        return str(graph.node("Mul", x, graph.node("Sigmoid", x)))
    if activation not in _ACTIVATIONS:
        raise InputError(f"The activation {activation!r} cannot be exported to ONNX.")
    operation, attributes = _ACTIVATIONS[activation]
    return str(graph.node(operation, x, **attributes))


def dense(graph: OnnxBuilder, x: str, layer: Any) -> str:
    """What a Keras Dense layer makes of x (..., K): (..., N)."""
    x = graph.product(x, layer.kernel)
    if layer.bias is not None:
        x = graph.add(x, layer.bias)
    return activated(graph, x, layer.activation.__name__)


def embedded(graph: OnnxBuilder, embedding: Any, token_ids: str, segment_ids: str) -> str:
    """`FactorizedEmbedding`: ids (B, S) twice -> (B, S, H)."""
    x = graph.node(
        "Add",
        graph.lookup(embedding.token_embedding.embeddings, token_ids),
        graph.lookup(embedding.segment_embedding.embeddings, segment_ids),
    )
    places = positions(graph, token_ids)
    x = graph.node("Add", x, graph.lookup(embedding.position_embeddings, places))
    x = graph.normalized(x, embedding.normalization)
    if embedding.embedding_projection is not None:
        x = dense(graph, x, embedding.embedding_projection)
    return str(x)


def positions(graph: OnnxBuilder, x: str) -> str:
    """0 .. S - 1 for x (B, S, ...), int64."""
    length = graph.node("Shape", x, start=1, end=2)
    length = graph.node("Squeeze", length, graph.constant([0], np.int64))
    ends = graph.constant(0, np.int64), graph.constant(1, np.int64)
    return str(graph.node("Range", ends[0], length, ends[1]))


def attention_bias(graph: OnnxBuilder, padding_mask: str) -> str:
    """`layers.attention_mask.attention_bias`: (B, S) -> (B, 1, 1, S)."""
    from onnx import TensorProto

    allowed = graph.node("Cast", padding_mask, to=TensorProto.FLOAT)
    allowed = graph.node("Unsqueeze", allowed, graph.constant([1, 2], np.int64))
    denied = graph.node("Sub", graph.constant(1.0), allowed)
    return str(graph.node("Mul", denied, graph.constant(MASKED_SCORE)))


def block(graph: OnnxBuilder, layer: Any, x: str, bias: str) -> str:
    """`TransformerBlock`: (B, S, H) and the mask's (B, 1, 1, S) -> (B, S, H)."""
    attended = _attention(graph, layer.self_attention, x, bias)
    x = graph.normalized(graph.node("Add", x, attended), layer.self_attention_norm)
    hidden = dense(graph, x, layer.feed_forward.intermediate_dense)
    hidden = activated(graph, hidden, layer.feed_forward.activation)
    hidden = dense(graph, hidden, layer.feed_forward.output_dense)
    return graph.normalized(graph.node("Add", x, hidden), layer.feed_forward_norm)


def _attention(graph: OnnxBuilder, layer: Any, x: str, bias: str) -> str:
    heads, size = layer.num_heads, layer.head_dim
    # The kernel's columns lie head by head, and in a head query, key, value. Here all queries come
    # first, so that the parts are cut in one piece.
    order = np.arange(3 * heads * size).reshape(heads, 3, size).transpose(1, 0, 2).ravel()
    x = graph.product(x, layer.query_key_value.kernel, order)
    x = graph.add(x, layer.query_key_value.bias, order)
    parts = graph.node("Split", x, outputs=3, axis=-1, num_outputs=3)
    shape = graph.constant([0, 0, heads, size], np.int64)
    query, key, value = (graph.node("Reshape", part, shape) for part in parts)
    query = graph.node("Transpose", query, perm=[0, 2, 1, 3])
    query = graph.node("Mul", query, graph.constant(1.0 / math.sqrt(size)))
    key = graph.node("Transpose", key, perm=[0, 2, 3, 1])
    value = graph.node("Transpose", value, perm=[0, 2, 1, 3])
    scores = graph.node("Add", graph.node("MatMul", query, key), bias)
    context = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    context = graph.node("Transpose", context, perm=[0, 2, 1, 3])
    context = graph.node("Reshape", context, graph.constant([0, 0, heads * size], np.int64))
    return dense(graph, context, layer.output_dense)


def encoded(graph: OnnxBuilder, encoder: Any, x: str, padding_mask: str, depth: int | str) -> str:
    """`SharedEncoder`: (B, S, H) -> (B, S, H).

    Layers that share all weights are a loop, one a group: ONNX's `Loop` has one body and a number
    of rounds, so the weights are there once and the depth can be an input.

    Args:
        graph: where the nodes go.
        encoder: the layer.
        x: the embeddings.
        padding_mask: (B, S).
        depth: how many layers: a number, or the name of an int64 scalar.
    """
    bias = attention_bias(graph, padding_mask)

    def one_layer(inner: OnnxBuilder, state: str, blocks: Sequence[Any]) -> str:
        for each in blocks:
            state = block(inner, each, state, bias)
        return state

    if encoder.sharing != "all":
        for layer in range(int(depth)):
            x = one_layer(graph, x, encoder.blocks_of_layer(layer))
        return x
    starts = [-(-g * encoder.num_layers // encoder.num_groups) for g in range(encoder.num_groups)]
    for start, end in zip(starts, [*starts[1:], encoder.num_layers], strict=True):
        if isinstance(depth, int):
            times = graph.constant(min(max(depth - start, 0), end - start), np.int64)
        else:
            left = graph.node("Sub", depth, graph.constant(start, np.int64))
            bounds = graph.constant(0, np.int64), graph.constant(end - start, np.int64)
            times = graph.node("Clip", left, *bounds)
        blocks = encoder.blocks_of_layer(start)

        def body(inner: OnnxBuilder, state: str, blocks: Sequence[Any] = blocks) -> str:
            return one_layer(inner, state, blocks)

        x = graph.loop(times, x, body)
    return x


def pooled(graph: OnnxBuilder, pooler: keras.layers.Dense, states: str) -> str:
    """The Dense layer on the first token: (B, S, H) -> (B, H)."""
    return dense(graph, first_state(graph, states), pooler)


def first_state(graph: OnnxBuilder, states: str) -> str:
    """[CLS]'s state: (B, S, H) -> (B, H)."""
    return str(graph.node("Gather", states, graph.constant(0, np.int64), axis=1))
