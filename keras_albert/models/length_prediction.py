"""Predicting rows in the order of their lengths."""

from typing import Any

import keras
import numpy as np

from keras_albert.models.length_batches import LengthBatches, operations_a_token


def predict_by_length(
    model: Any, x: dict[str, np.ndarray], batch_size: int, depth: int | None = None, **kwargs: Any
) -> Any:
    """What `predict` gives for arrays, with batches of near lengths that are cut to them.

    Args:
        model: an `AlbertTask`.
        x: its inputs by name, (N, ...).
        batch_size: rows a batch.
        depth: how many layers to run; all by default.
        **kwargs: of `keras.Model.predict`.

    Returns:
        The model's outputs, rows in the order of `x`. Where the model says that its outputs lie
        along tokens, they have S positions, those that were cut off filled with the model's
        `padding_output`.
    """
    batches = LengthBatches(
        x,
        batch_size=batch_size,
        token_inputs=model.token_inputs,
        operations=operations_a_token(model.backbone),
    )
    order, positions = batches.order, x["token_ids"].shape[-1]
    # Filled up to a whole batch, so that nothing is compiled for the last one.
    filled = np.concatenate([order, np.repeat(order[-1:], -len(order) % batch_size)])
    runner = model if depth is None else model.at_depth(depth)
    parts = []
    for start, end, length in batches.runs():
        rows = filled[start : min(-(-end // batch_size) * batch_size, len(filled))]
        part = {
            name: value[rows][..., :length] if name in model.token_inputs else value[rows]
            for name, value in x.items()
        }
        outputs = keras.Model.predict(runner, part, batch_size=batch_size, **kwargs)
        along = model.outputs_along_tokens
        if isinstance(along, tuple):
            widened = {
                name: _widened(outputs[name], positions, model.padding_output) for name in along
            }
            outputs = {**outputs, **widened}
        elif along:
            outputs = keras.tree.map_structure(
                lambda values: _widened(values, positions, model.padding_output), outputs
            )
        parts.append(keras.tree.map_structure(lambda values, n=end - start: values[:n], outputs))
    place = np.argsort(order)
    return keras.tree.map_structure(lambda *values: np.concatenate(values)[place], *parts)


def _widened(values: np.ndarray, positions: int, filling: float) -> np.ndarray:
    """(B, L, ...) -> (B, S, ...)."""
    if values.shape[1] == positions:
        return values
    wide = np.full((len(values), positions, *values.shape[2:]), filling, values.dtype)
    wide[:, : values.shape[1]] = values
    return wide
