"""Rows of random ids for a task of any kind, and what the task makes of them."""

from typing import Any

import keras
import numpy as np

from keras_albert.export.named_outputs import input_axes, named_outputs
from keras_albert.models.saved_task import SavedTask


def random_inputs(saved: SavedTask, rows: int, length: int) -> dict[str, np.ndarray]:
    """Ids with pairs, padding and, where there are any, an option that is none."""
    random = np.random.default_rng(length)
    shape = (rows, 2, length) if saved.kind == "multiple_choice" else (rows, length)
    inputs = {
        "token_ids": random.integers(5, 60, shape).astype(np.int32),
        "segment_ids": np.zeros(shape, np.int32),
        "padding_mask": np.ones(shape, np.int32),
    }
    inputs["segment_ids"][..., length // 2 :] = 1
    inputs["padding_mask"][-1, ..., length - 2 :] = 0
    inputs["segment_ids"] *= inputs["padding_mask"]
    if saved.kind == "multiple_choice":
        inputs["padding_mask"][0, 1] = 0
    if "mask_positions" in input_axes(saved):
        inputs["mask_positions"] = random.integers(0, length, (rows, 3)).astype(np.int32)
    return inputs


def expected_outputs(
    saved: Any, inputs: dict[str, np.ndarray], depth: int
) -> dict[str, np.ndarray]:
    tensors = {name: keras.ops.convert_to_tensor(value) for name, value in inputs.items()}
    outputs = named_outputs(saved, tensors, depth)
    return {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}


def possible_places(name: str, outputs: dict[str, np.ndarray]) -> Any:
    """Where a beam stands in the passage; the places outside tie, and their order is free."""
    if name not in ("start_positions", "end_positions", "end_log_probabilities"):
        return ...
    starts = outputs["start_log_probabilities"] > -1e20
    if name == "start_positions":
        return starts
    return (outputs["end_log_probabilities"] > -1e20) & starts[:, :, None]
