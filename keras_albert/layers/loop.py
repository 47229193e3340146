"""Repeating a step: written out, or as a loop of the backend.

This is the one place in `layers` where backends differ in how they repeat.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def repeat(
    step: Callable[[Any, Any], Any],
    x: Any,
    times: Any,
    *,
    maximum: int,
    unroll: bool,
) -> Any:
    """Applies `x = step(i, x)` for i = 0 .. times - 1.

    Args:
        step: takes the index and the value, returns a value of the same shape and dtype. It must
            not change state (a seed generator drawn from inside a JAX loop leaks a tracer).
        x: the value to start from.
        times: how often, an int or a scalar int32 tensor.
        maximum: an upper bound on `times`, known when the graph is built. XLA needs it for the
            gradient of a TensorFlow loop.
        unroll: write the steps out one after the other. Needs an int `times`.

    Returns:
        The last value. With an int `times`, all forms have gradients; with a tensor, JAX's has
        none (its loop becomes `lax.while_loop`).
    """
    if isinstance(times, int) and (unroll or times <= 1):
        for i in range(times):
            x = step(i, x)
        return x
    backend = keras.config.backend()
    if backend == "tensorflow":
        _, x = ops.while_loop(
            lambda i, _: i < times,
            lambda i, value: (i + 1, step(i, value)),
            (ops.convert_to_tensor(0, "int32"), x),
            maximum_iterations=maximum,
        )
        return x
    if backend == "torch":
        # Eager torch has no loop of its own: the count is read, and Python repeats.
        for i in range(int(times)):
            x = step(i, x)
        return x
    return ops.fori_loop(0, times, step, x)
