"""Batches whose rows leave at different depths."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_albert.inference.early_exit.compiled_step import compiled_step
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.row_answers import RowAnswers
from keras_albert.models.fitting.length_batches import LengthBatches

# The shortest length that rows are cut to where programs are compiled for a shape.
SHORTEST = 16


@dataclass(frozen=True)
class ExitResult:
    """Answers of N rows, and what they cost.

    Attributes:
        scores: (N, C), each row's at the depth where it left.
        depths: (N,), these depths.
        rows_computed: rows times layers that were computed, those included that were there to fill
            a batch.
        rows_at_full_depth: N times L, what `predict` computes.
    """

    scores: np.ndarray
    depths: np.ndarray
    rows_computed: int
    rows_at_full_depth: int


class EarlyExit:
    """Runs a task layer by layer; rows that are sure leave, and the others are regathered.

    When enough rows have left, those that stay move together into a smaller batch: on JAX and
    TensorFlow of a few sizes (powers of two), so that a program is compiled for each once, on
    PyTorch of any. So the arithmetic of the rows that left is not done. A model whose layers share
    all weights can do better: see `DepthStream`.

    Args:
        task: a text classifier, a sentence-order classifier or a multiple-choice model, best
            trained with `train_depths`.
        rule: when a row leaves.
        batch_size: rows a batch.

    Raises:
        InputError: the task gives no single answer a row.

    Example:
    ```python
    result = EarlyExit(model, ExitRule("confidence", 0.99)).predict(texts)
    result.scores.argmax(axis=1), result.depths.mean()
    ```
    """

    def __init__(self, task: Any, rule: ExitRule, batch_size: int = 32) -> None:
        self.task, self.rule, self.batch_size = task, rule, batch_size
        self._answers = RowAnswers.of(task)
        self._layers = task.backbone.num_layers
        self._embed = compiled_step(task.embed, task.variables)
        # Layers that share all weights share one program.
        self._steps: dict[tuple[int, ...], Any] = {}

    def predict(self, x: Any) -> ExitResult:
        """Answers rows.

        Args:
            x: what the task's `predict` takes: texts, pairs, or its dict of arrays.

        Raises:
            InputError: `x` is not what the task reads, or the rule does not fit its answers.
        """
        inputs, batches = length_batches(self.task, x, self.batch_size)
        order, rows = batches.order, len(inputs["token_ids"])
        scores: list[np.ndarray | None] = [None] * rows
        depths, computed = np.zeros(rows, np.int64), 0
        for first, last, length in batches.runs():
            for start in range(first, last, self.batch_size):
                places = order[start : min(start + self.batch_size, last)]
                batch = {
                    name: value[places][..., :length]
                    if name in self.task.token_inputs
                    else value[places]
                    for name, value in inputs.items()
                }
                computed += self._run(batch, places, scores, depths)
        return ExitResult(np.stack(scores), depths, computed, rows * self._layers)  # type: ignore[arg-type]

    def _run(
        self,
        batch: dict[str, np.ndarray],
        places: np.ndarray,
        scores: list[np.ndarray | None],
        depths: np.ndarray,
    ) -> int:
        """Takes a batch through the layers; returns the rows times layers computed."""
        batch = _gathered(batch, self._filled(np.arange(len(places))))
        states = self._embed(batch)
        # Where in the batch the rows are that have not left.
        staying = np.arange(len(places))
        memory: dict[str, np.ndarray] | None = None
        computed = 0
        for layer in range(self._layers):
            states, found = self._step(layer)(states, batch)
            computed += len(batch["token_ids"])
            now = keras.ops.convert_to_numpy(found)[staying]
            leaves, memory = self.rule.leaving(
                *(self._answers.problem, now, memory, layer + 1),
                are_probabilities=self._answers.are_probabilities,
            )
            leaves |= layer + 1 == self._layers
            for place, row in zip(places[leaves], now[leaves], strict=True):
                scores[place] = row
            depths[places[leaves]] = layer + 1
            if leaves.all():
                break
            places, staying = places[~leaves], staying[~leaves]
            memory = {name: value[~leaves] for name, value in memory.items()}
            index = self._filled(staying)
            if len(index) < len(batch["token_ids"]):
                batch, states = _gathered(batch, index), keras.ops.take(states, index, axis=0)
                staying = np.arange(len(places))
        return computed

    def _filled(self, rows: np.ndarray) -> np.ndarray:
        """The rows, the last one again and again until there are as many as a size computed."""
        size = len(rows)
        if keras.config.backend() != "torch":
            size = min(1 << (size - 1).bit_length(), max(self.batch_size, size))
        return np.concatenate([rows, np.repeat(rows[-1:], size - len(rows))])

    def _step(self, layer: int) -> Any:
        """(states, inputs) -> (states after the layer, the heads' answer from them)."""
        key = tuple(id(block) for block in self.task.backbone.encoder.blocks_of_layer(layer))
        if key not in self._steps:

            def step(states: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
                states = self.task.run_layer(layer, states, inputs)
                return states, self.task.read_states(states, inputs)

            self._steps[key] = compiled_step(step, self.task.variables)
        return self._steps[key]


def length_batches(
    task: Any, x: Any, batch_size: int
) -> tuple[dict[str, np.ndarray], LengthBatches]:
    """A task's inputs from the shortest row to the longest, cut to a few lengths.

    The lengths do not depend on the rows, so that what was compiled for some serves for others:
    powers of two from 16 on and all positions; on PyTorch, which compiles nothing, any.

    Args:
        task: an `AlbertTask`.
        x: what its `predict` takes.
        batch_size: rows a batch.

    Returns:
        The inputs, padded to one of these lengths, and their batches.
    """
    inputs = {name: np.asarray(value) for name, value in task.model_inputs(x).items()}
    given, positions = inputs["token_ids"].shape[-1], task.backbone.max_sequence_length
    lengths = None
    if keras.config.backend() != "torch":
        most = max(SHORTEST, 1 << (positions - 1).bit_length())
        powers = [1 << n for n in range(SHORTEST.bit_length() - 1, most.bit_length())]
        lengths = sorted({min(power, positions) for power in powers})
        longest = next(length for length in lengths if length >= given)
        for name in task.token_inputs:
            value = inputs[name]
            inputs[name] = np.pad(value, [(0, 0)] * (value.ndim - 1) + [(0, longest - given)])
    batches = LengthBatches(
        inputs, batch_size=batch_size, token_inputs=task.token_inputs, lengths=lengths
    )
    return inputs, batches


def _gathered(batch: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: value[rows] for name, value in batch.items()}
