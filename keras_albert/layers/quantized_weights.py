"""The weights of a layer as the numbers they stand for, in whatever precision Keras keeps them."""

from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError

# In these modes a layer keeps its kernel in floating point; float8 rounds it in the product.
_FLOATING = (None, "float8")


def is_quantized(layer: Any) -> bool:
    """Whether a layer's weights are integers, or its products in 8 bits."""
    return getattr(layer, "quantization_mode", None) is not None


def float_kernel(dense: keras.layers.Dense) -> Any:
    """The kernel that a Dense layer multiplies by, LoRA's part included.

    Keras keeps a quantised kernel in another form in each mode: packed or not, transposed or not,
    with scales by column or by block of rows, with zero points. What the layer gives for the rows
    of an identity matrix is the kernel in all of them, exactly: ones and zeros are rounded to
    themselves where activations are rounded.

    Args:
        dense: a built layer, quantised or not, without activation.

    Returns:
        (in, out), in the layer's compute precision.

    Raises:
        InputError: the layer has an activation.
    """
    if dense.quantization_mode in _FLOATING:
        return ops.convert_to_tensor(dense.kernel)
    if dense.activation not in (None, keras.activations.linear):
        raise InputError(
            f"The quantized layer {dense.path!r} has an activation, behind which its kernel cannot "
            "be read; expected a layer without one. Apply the activation outside of the layer."
        )
    (width,) = dense.input_spec.axes.values()
    rows = dense(ops.eye(width, dtype=dense.compute_dtype))
    return rows if dense.bias is None else rows - ops.cast(dense.bias, rows.dtype)


def float_table(embedding: keras.layers.Embedding) -> Any:
    """The rows of an embedding as they are looked up, in any mode: (V, E)."""
    return embedding(ops.arange(embedding.input_dim, dtype="int32"))
