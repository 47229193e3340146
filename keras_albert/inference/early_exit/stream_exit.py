"""Answering many rows through the slots of a depth stream."""

from typing import Any

import keras
import numpy as np

from keras_albert.inference.early_exit.depth_stream import DepthStream
from keras_albert.inference.early_exit.early_exit import EarlyExit, ExitResult, length_batches
from keras_albert.inference.early_exit.exit_rule import ExitRule


class StreamExit:
    """As `EarlyExit`, for models whose layers share all weights: every product is full.

    A row that leaves makes room for the next at once, so that what is computed beyond the rows'
    own layers is only what the last rows leave empty.

    Args:
        task: as for `DepthStream`.
        rule: when a row leaves.
        batch_size: slots.

    Raises:
        InputError: see `DepthStream`.
    """

    def __init__(self, task: Any, rule: ExitRule, batch_size: int = 32) -> None:
        self.task, self.rule, self.batch_size = task, rule, batch_size
        # By slots and length, each with the program it compiled.
        self._streams: dict[tuple[int, int], DepthStream] = {}
        self._stream(batch_size, task.backbone.max_sequence_length)

    def predict(self, x: Any) -> ExitResult:
        """Answers rows; see `EarlyExit.predict`."""
        inputs, batches = length_batches(self.task, x, self.batch_size)
        order, rows = batches.order, len(inputs["token_ids"])
        scores: list[Any] = [None] * rows
        depths, computed = np.zeros(rows, np.int64), 0
        for first, last, length in batches.runs():
            # Fewer rows than slots: a power of two of them, as `EarlyExit` has.
            slots = last - first
            if keras.config.backend() != "torch":
                slots = 1 << (slots - 1).bit_length()
            slots = min(slots, self.batch_size)
            stream = self._stream(slots, length)
            before = stream.rows_computed
            requests = (
                (place, {name: value[place : place + 1] for name, value in inputs.items()})
                for place in order[first:last]
            )
            for place, row, depth in stream.answers(requests):
                scores[place], depths[place] = row, depth
            computed += stream.rows_computed - before
        return ExitResult(np.stack(scores), depths, computed, rows * self.task.backbone.num_layers)

    def _stream(self, slots: int, length: int) -> DepthStream:
        key = slots, length
        if key not in self._streams:
            self._streams[key] = DepthStream(self.task, self.rule, slots, length)
        return self._streams[key]


def exit_runner(task: Any, rule: ExitRule, batch_size: int = 32) -> EarlyExit | StreamExit:
    """What saves most for a task: a stream where layers share all weights, batches elsewhere.

    Args:
        task: a text classifier, a sentence-order classifier or a multiple-choice model.
        rule: when a row leaves.
        batch_size: rows a product.

    Raises:
        InputError: the task gives no single answer a row.
    """
    encoder = task.backbone.encoder
    shared = encoder.sharing == "all" and encoder.num_groups == 1
    return (StreamExit if shared else EarlyExit)(task, rule, batch_size)
