"""Whether an artifact holds its weights once, in the precision asked for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.formats import INT6_EMBEDDINGS
from keras_albert.export.named_outputs import default_depth

# What files hold beside weights, in bytes, as measured on small models. As ONNX a graph takes up to
# 14,000, and as TFLite 55,000 and 25,000 for every further length.
GRAPH_BYTES = 96 * 1024
# A layer that is in the graph by itself takes 6,000 as ONNX, 15,000 a length as TFLite.
LAYER_BYTES = 32 * 1024
# Of constants that are no weights.
CONSTANT_BYTES = 4096


def check_size(actual: int, saved: Any, quantize: str | None) -> None:
    """Checks that the weights were written, once, and quantised where that was asked for.

    Args:
        actual: bytes of the files that hold weights, their graph with them.
        saved: the `SavedTask` that was exported.
        quantize: None for float32, "float16" or one that begins with "int8".

    Raises:
        InputError: the size is off.
    """
    least, _ = expected_bytes(_shapes(_needed(saved)), quantize)
    _, most = expected_bytes(_shapes(saved.task.weights), quantize)
    packed = _packed_bytes(saved, quantize)
    least, most = least - packed, most - packed
    encoder = saved.task.backbone.encoder
    written_out = encoder.sharing != "all" or quantize == "int8-full"
    layers = encoder.num_layers if written_out else encoder.num_groups
    graph = GRAPH_BYTES + LAYER_BYTES * layers * encoder.num_inner_repetitions
    if not 0.9 * least <= actual <= 1.05 * most + graph:
        raise _refusal(actual, most)


def check_stored(stored: int, saved: Any, quantize: str | None, sliced: int = 0) -> None:
    """Checks that the weights were stored once, whatever the graph takes.

    Args:
        stored: bytes of weights, from `saved_model_bytes`, `tflite_bytes` or `onnx_bytes`.
        saved: see `check_size`.
        quantize: see `check_size`.
        sliced: bytes of parts of weights that may be there a second time.

    Raises:
        InputError: there are more than the weights take.
    """
    _, most = expected_bytes(_shapes(saved.task.weights), quantize)
    most -= _packed_bytes(saved, quantize)
    if stored > 1.05 * most + sliced + CONSTANT_BYTES:
        raise _refusal(stored, most)


def expected_bytes(shapes: list[tuple[int, ...]], quantize: str | None) -> tuple[int, int]:
    """Bytes that weights take, at least and at most.

    Args:
        shapes: of the variables.
        quantize: see `check_size`.

    >>> expected_bytes([(100, 200), (100,)], "int8")
    (20400, 21200)
    """
    sizes = [(int(np.prod(shape)), len(shape)) for shape in shapes]
    if quantize is None:
        found = sum(4 * n for n, _ in sizes)
        return found, found
    if quantize == "float16":
        return sum(2 * n for n, _ in sizes), sum(2 * n if n >= 1024 else 4 * n for n, _ in sizes)
    # Converters leave vectors and what has fewer than 1,024 elements in float32.
    small = [rank < 2 or n < 1024 for n, rank in sizes]
    found = sum(4 * n if kept else n for (n, _), kept in zip(sizes, small, strict=True))
    # A scale for every row of a table or column of a kernel.
    scales = sum(4 * max(s) for s, kept in zip(shapes, small, strict=True) if not kept)
    return found, found + scales


def saved_model_bytes(folder: Path) -> int:
    """Bytes of the floats that a SavedModel has, in its variables or baked into its graph.

    Args:
        folder: the SavedModel's.
    """
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    variables = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    types = variables.get_variable_to_dtype_map()
    stored = sum(
        int(np.prod(shape)) * types[name].size
        for name, shape in variables.get_variable_to_shape_map().items()
        if types[name].is_floating
    )
    content = (folder / "saved_model.pb").read_bytes()
    for graph in saved_model_pb2.SavedModel.FromString(content).meta_graphs:
        functions = graph.graph_def.library.function
        for nodes in (graph.graph_def.node, *(function.node_def for function in functions)):
            # The vocabulary is a constant, too, of bytes.
            tensors = [node.attr["value"].tensor for node in nodes if node.op == "Const"]
            stored += sum(t.ByteSize() for t in tensors if tf.as_dtype(t.dtype).is_floating)
    return int(stored)


def tflite_bytes(content: bytes) -> int:
    """Bytes of the numbers that a TFLite model has; a vocabulary is text, or bytes without sign.

    Args:
        content: the model.
    """
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    texts = (schema.TensorType.STRING, schema.TensorType.UINT8)
    tensors = (tensor for graph in model.subgraphs for tensor in graph.tensors)
    numbers = {tensor.buffer for tensor in tensors if tensor.type not in texts}
    buffers = (model.buffers[number].data for number in numbers)
    return sum(len(data) for data in buffers if data is not None)


def onnx_bytes(graph: Any) -> int:
    """Bytes of the numbers that an ONNX graph has, those of its loops with them.

    Args:
        graph: an `onnx.GraphProto`.
    """
    inner = (each.g for node in graph.node for each in node.attribute if each.HasField("g"))
    own = sum(len(tensor.raw_data) for tensor in graph.initializer)
    return own + sum(map(onnx_bytes, inner))


def _packed_bytes(saved: Any, quantize: str | None) -> int:
    """What 6 bits save on the table of word embeddings, beside 8."""
    if quantize != INT6_EMBEDDINGS:
        return 0
    rows, width = saved.task.backbone.token_embedding.embeddings.shape
    return int(rows * (width // 4))


def _needed(saved: Any) -> list[Any]:
    """The weights that no artifact does without: layers beyond its depth, and a pooler that the
    task does not read, are left out of some.
    """
    backbone = saved.task.backbone
    spare = [*backbone.encoder.weights, *(backbone.pooler.weights if backbone.pooler else [])]
    first = backbone.encoder.blocks_of_layer(0) if default_depth(saved) else ()
    spared = {id(w) for w in spare} - {id(w) for block in first for w in block.weights}
    return [weight for weight in saved.task.weights if id(weight) not in spared]


def _shapes(weights: Iterable[Any]) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in weights]


def _refusal(actual: int, most: int) -> InputError:
    return InputError(
        f"The exported weights take {actual:,} bytes where about {most:,} were expected: "
        "weights are missing, doubled or not quantised. The output was removed."
    )
