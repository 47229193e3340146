"""Norms of the parts of a variable, see `keras_albert.layers.fused_parts`."""

from typing import Any

from keras import ops


def part_norms(values: Any, parts: Any = None) -> Any:
    """The L2 norm of all values: a scalar; or of each part: 1 everywhere but along `parts.axis`."""
    if parts is None:
        return ops.sqrt(ops.sum(ops.square(values)))
    axes = tuple(axis for axis in range(len(parts.shape)) if axis != parts.axis)
    squares = ops.square(ops.reshape(values, parts.shape))
    return ops.sqrt(ops.sum(squares, axis=axes, keepdims=True))


def spread(factors: Any, parts: Any = None) -> Any:
    """A factor for each part, as `part_norms` lays them out -> one for each value."""
    if parts is None:
        return factors
    shape = (*parts.shape[: parts.axis - 1], -1)
    return ops.reshape(ops.broadcast_to(factors, parts.shape), shape)


def clip_parts(gradient: Any, parts: Any, norm: float) -> Any:
    """Each part of a gradient scaled so that its L2 norm is at most `norm`."""
    norms = part_norms(gradient, parts)
    factors = ops.where(norms > norm, norm / ops.where(norms > 0, norms, 1.0), 1.0)
    return gradient * ops.cast(spread(factors, parts), gradient.dtype)
