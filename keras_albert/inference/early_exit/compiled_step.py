"""A function of a model's weights, compiled once for each shape it is called with."""

from collections.abc import Callable, Sequence
from typing import Any

import keras


def compiled_step(function: Callable[..., Any], variables: Sequence[Any]) -> Callable[..., Any]:
    """`function`, compiled by the backend; what it returns stays on the device.

    This is the one place in `inference` where backends differ in how they run a step.

    Args:
        function: of arrays and dicts of arrays, without state of its own. What its Python decides
            it decides once a shape.
        variables: every variable it reads.

    Returns:
        A function of the same arguments. On PyTorch it is not compiled, and draws no gradients.
    """
    backend = keras.config.backend()
    if backend == "jax":
        import jax

        # Weights are an argument: as constants they would be copied into every program.
        def pure(values: list[Any], *arguments: Any) -> Any:
            mapping = list(zip(variables, values, strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                return function(*arguments)

        program = jax.jit(pure)
        return lambda *arguments: program([v.value for v in variables], *arguments)
    if backend == "tensorflow":
        import tensorflow as tf

        traced = tf.function(function, jit_compile=True, reduce_retracing=False)
        # A NumPy array as it is would be a constant of a program of its own.
        return lambda *arguments: traced(
            *keras.tree.map_structure(keras.ops.convert_to_tensor, arguments)
        )
    import torch

    def without_gradients(*arguments: Any) -> Any:
        with torch.no_grad():
            return function(*keras.tree.map_structure(keras.ops.convert_to_tensor, arguments))

    return without_gradients
