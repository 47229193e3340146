"""The weights a run starts from: drawn by NumPy, so the same on every backend."""

from typing import Any

import numpy as np


def truncated_normal(
    generator: np.random.Generator, shape: tuple[int, ...], deviation: float
) -> np.ndarray:
    """Normal draws; those beyond two standard deviations are drawn again.

    Args:
        generator: the source of chance.
        shape: of the result.
        deviation: standard deviation before truncation, as TensorFlow's
            `truncated_normal_initializer`, which google-research/albert initialises with, means it.

    Returns:
        float32, of that shape.
    """
    draws = generator.standard_normal(shape, np.float32)
    while (beyond := np.abs(draws) > 2).any():
        draws[beyond] = generator.standard_normal(int(beyond.sum()), np.float32)
    return draws * np.float32(deviation)


def draw_initial_weights(model: Any, seed: int, deviation: float) -> None:
    """Draws every kernel and embedding of a model anew; biases and normalisations stay.

    Keras's initialisers draw other numbers on each backend from the same seed.

    Args:
        model: a built model.
        seed: what the draws depend on, with the order and shapes of the variables.
        deviation: of the truncated normal distribution, the recipe's `initializer_range`.
    """
    generator = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(truncated_normal(generator, tuple(variable.shape), deviation))
