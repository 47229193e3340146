"""Embedding tables in quantised TFLite models: a scale for every row, one copy of a tied table.

The converter quantises a table that rows are looked up in with one scale for all rows, and a matrix
with one for each output. Of word embeddings that serve as both it writes two. Here the lookup reads
8-bit rows and their scales itself, the same numbers that the matrix gets, and afterwards the two
equal stretches of bytes become one. LiteRT looks up no rows of fewer bits: four numbers of
6 share three bytes, and arithmetic takes them apart.
"""

import hashlib
from typing import Any

import numpy as np

# Stretches of bytes below this are not worth sharing.
SMALLEST_SHARED = 1024
# Scales are kept in 16 bits: LiteRT looks up neither half precision nor long rows of float32 that
# the converter would leave alone.
MOST = 32767


def quantized_rows(table: np.ndarray, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """A table in a few bits, symmetric, with a scale for every row.

    Args:
        table: (V, E).
        bits: at most 8; of 6, the numbers are from -31 to 31.

    Returns:
        int8 (V, E) and float32 (V, 1): their product is the table, to half a scale.

    >>> values, scales = quantized_rows(np.array([[1.0, -0.5], [0.0, 0.0]]))
    >>> values.tolist(), scales.ravel().tolist()
    ([[127, -64], [0, 0]], [0.007874015718698502, 1.0])
    """
    most = np.float32(2 ** (bits - 1) - 1)
    scales = np.abs(table).max(axis=1, keepdims=True).astype(np.float32) / most
    scales = np.where(scales == 0, np.float32(1), scales)
    return np.rint(table / scales).astype(np.int8), scales


def packed_in_bytes(values: np.ndarray) -> np.ndarray:
    """Four 6-bit numbers in three bytes: columns j, j + E/4, j + E/2 and j + 3E/4.

    Args:
        values: int8 (V, E), from -32 to 31; E is filled up with zeros to a multiple of 4.

    Returns:
        int8 (V, 3E/4): the high bytes of the numbers of 24 bits, the middle and the low ones, each
        less 128.

    >>> packed_in_bytes(np.array([[-32, -32, -32, 31]], np.int8)).tolist()
    [[-128, -128, -65]]
    """
    values = np.pad(values, ((0, 0), (0, -values.shape[1] % 4)))
    first, second, third, fourth = np.split(values.astype(np.int32) + 32, 4, axis=1)
    whole = (first << 18) | (second << 12) | (third << 6) | fourth
    split = np.concatenate([whole >> 16, (whole >> 8) & 255, whole & 255], axis=1)
    return (split - 128).astype(np.int8)


def _unpacked(rows: Any, width: int) -> Any:
    """Rows of `packed_in_bytes` in float32, which holds 24 bits, as the numbers they were."""
    import tensorflow as tf

    high, middle, low = tf.split(rows + 128.0, 3, axis=-1)
    left = (high * 256 + middle) * 256 + low
    columns = []
    for place in (64.0**3, 64.0**2, 64.0):
        columns.append(tf.floor(left / place))
        left -= columns[-1] * place
    return tf.concat([*columns, left], axis=-1)[..., :width] - 32.0


def look_up_quantized(embedding: Any, bits: int = 8) -> None:
    """Makes an embedding layer look up quantised rows.

    Args:
        embedding: a built `keras.layers.ReversibleEmbedding`, on TensorFlow, on its way into a
            TFLite model. Its weights become the numbers it looks up, so that its other direction
            multiplies the same.
        bits: 8, or 6.
    """
    import tensorflow as tf

    values, scales = quantized_rows(np.asarray(embedding.embeddings), bits)
    embedding.embeddings.assign(values * scales)
    width = values.shape[1]
    stored = tf.constant(values if bits == 8 else packed_in_bytes(values))
    # Rows of zeros have the scale 1, which must not stretch the unit.
    largest = float(scales[np.abs(values).max(axis=1) > 0].max(initial=0.0)) or 1.0
    unit = largest / MOST
    stored_scales = tf.constant(np.rint(np.minimum(scales, largest) / unit).astype(np.int16))
    whole_call = embedding.call

    def call(inputs: Any, reverse: bool = False) -> Any:
        if reverse:
            return whole_call(inputs, reverse=True)
        rows = tf.cast(tf.gather(stored, inputs), tf.float32)
        if bits == 6:
            rows = _unpacked(rows, width)
        return rows * (tf.cast(tf.gather(stored_scales, inputs), tf.float32) * unit)

    embedding.call = call


def slice_quantized(embedding: Any) -> None:
    """Makes a `FactorizedEmbedding` read its positions from 8 bits, which a slice would keep in 32.

    Args:
        embedding: on TensorFlow, on its way into a TFLite model.
    """
    import tensorflow as tf

    values, scales = quantized_rows(np.asarray(embedding.position_embeddings))
    # A few hundred scales are below what the converter quantises.
    stored, stored_scales = tf.constant(values), tf.constant(scales)

    def position_rows(length: Any) -> Any:
        return tf.cast(stored[:length], tf.float32) * stored_scales[:length]

    embedding.position_rows = position_rows


def share_equal_buffers(content: bytes) -> bytes:
    """A TFLite model with one copy of what it holds several times.

    Args:
        content: the model.
    """
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    first: dict[bytes, int] = {}
    moved: dict[int, int] = {}
    for number, buffer in enumerate(model.buffers):
        if buffer.data is None or len(buffer.data) < SMALLEST_SHARED:
            continue
        digest = hashlib.sha256(np.asarray(buffer.data, np.uint8).tobytes()).digest()
        if first.setdefault(digest, number) != number:
            moved[number] = first[digest]
            buffer.data = None
    if not moved:
        return content
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer = moved.get(tensor.buffer, tensor.buffer)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
