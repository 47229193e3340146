"""Predicting rows in the order of their lengths."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_albert.models.fitting.length_batches import LengthBatches, operations_a_token

# Batches between two calls of `each_part`.
BATCHES_A_PART = 32


def predict_by_length(
    model: Any,
    x: dict[str, np.ndarray],
    batch_size: int,
    depth: int | tuple[int, ...] | None = None,
    each_part: Callable[[int, int, Callable[[], Any]], Any] | None = None,
    **kwargs: Any,
) -> Any:
    """What `predict` gives for arrays, with batches of near lengths that are cut to them.

    Args:
        model: an `AlbertTask`.
        x: its inputs by name, (N, ...).
        batch_size: rows a batch.
        depth: how many layers to run; all by default; or several numbers, ascending.
        each_part: is given a part's number, its rows and what computes its outputs, and gives
            these: for progress, or to keep them. Parts are the same whenever `x` and the batch
            size are.
        **kwargs: of `keras.Model.predict`.

    Returns:
        The model's outputs, rows in the order of `x`; for several depths a list of them. Where the
        model says that its outputs lie along tokens, they have S positions, those that were cut off
        filled with the model's `padding_output`.
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

    def outputs_of(start: int, end: int, length: int) -> Any:
        rows = filled[start : min(-(-end // batch_size) * batch_size, len(filled))]
        part = {
            name: value[rows][..., :length] if name in model.token_inputs else value[rows]
            for name, value in x.items()
        }
        outputs = keras.Model.predict(runner, part, batch_size=batch_size, **kwargs)
        if isinstance(depth, tuple):
            outputs = [_positions_filled(model, at_depth, positions) for at_depth in outputs]
        else:
            outputs = _positions_filled(model, outputs, positions)
        return keras.tree.map_structure(lambda values: values[: end - start], outputs)

    stretches = batches.runs()
    if each_part is None:
        parts = [outputs_of(*stretch) for stretch in stretches]
    else:
        stretches = list(_in_parts(stretches, batch_size * BATCHES_A_PART))
        parts = [
            each_part(number, stretch[1] - stretch[0], functools.partial(outputs_of, *stretch))
            for number, stretch in enumerate(stretches)
        ]
    place = np.argsort(order)
    return keras.tree.map_structure(lambda *values: np.concatenate(values)[place], *parts)


def _in_parts(stretches: list[tuple[int, int, int]], most: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, length), cut to `most` rows."""
    for start, end, length in stretches:
        for first in range(start, end, most):
            yield first, min(first + most, end), length


def _positions_filled(model: Any, outputs: Any, positions: int) -> Any:
    """A batch's outputs with as many positions as the rows had before they were cut."""
    along, filling = model.outputs_along_tokens, model.padding_output
    if isinstance(along, tuple):
        widened = {name: _widened(outputs[name], positions, filling) for name in along}
        return {**outputs, **widened}
    if along:
        return keras.tree.map_structure(lambda part: _widened(part, positions, filling), outputs)
    return outputs


def _widened(values: np.ndarray, positions: int, filling: float) -> np.ndarray:
    """(B, L, ...) -> (B, S, ...)."""
    if values.shape[1] == positions:
        return values
    wide = np.full((len(values), positions, *values.shape[2:]), filling, values.dtype)
    wide[:, : values.shape[1]] = values
    return wide
