"""Serving a stream: rows join at depth 0 while others are at depth 7, in one product."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.early_exit.compiled_step import compiled_step
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.row_answers import RowAnswers


class DepthStream:
    """A fixed number of slots, each with a row at a depth of its own.

    Where all layers share their weights, a layer does not ask at which depth a row is: one product
    takes every slot one layer further. A row that is sure leaves its slot, and the next one in the
    queue has it from the following step on. So no slot computes for nothing while there are rows,
    whatever the depths they leave at, and a row waits for a slot, not for a batch to be finished.
    One program of one shape does all of it.

    Args:
        task: as for `EarlyExit`, with sharing "all" and one group of layers.
        rule: when a row leaves.
        slots: rows a product.
        length: tokens a row; by default the preprocessor's length or all positions.

    Attributes:
        rows_computed: slots times steps so far, empty slots included.

    Raises:
        InputError: layers have weights of their own, or the task gives no single answer a row.

    Example:
    ```python
    stream = DepthStream(model, ExitRule("confidence", 0.99), slots=8)
    for name, scores, depth in stream.answers(requests):  # (name, text) as they come
        ...
    ```
    """

    def __init__(
        self, task: Any, rule: ExitRule, slots: int = 8, length: int | None = None
    ) -> None:
        encoder = task.backbone.encoder
        if encoder.sharing != "all" or encoder.num_groups != 1:
            raise InputError(
                "Rows at different depths share a product only where all layers share all weights; "
                f"this network has sharing={encoder.sharing!r} and {encoder.num_groups} groups. "
                "Use EarlyExit."
            )
        if slots < 1:
            raise InputError(f"slots={slots} is below 1.")
        self.task, self.rule, self.slots = task, rule, slots
        self.rows_computed = 0
        self._answers = RowAnswers.of(task)
        self._layers = task.backbone.num_layers
        preprocessor = getattr(task, "preprocessor", None)
        positions = task.backbone.max_sequence_length
        self._length = length or min(getattr(preprocessor, "sequence_length", positions), positions)
        self._step = compiled_step(self._one_layer, task.variables)
        self._queue: deque[tuple[Any, dict[str, np.ndarray]]] = deque()
        self._names: list[Any] = [None] * slots
        self._depths = np.zeros(slots, np.int64)
        self._used = np.zeros(slots, bool)
        self._joining = np.zeros(slots, bool)
        self._inputs: dict[str, np.ndarray] = {}
        self._states: Any = None
        self._memory: dict[str, np.ndarray] | None = None

    def _one_layer(self, states: Any, inputs: dict[str, Any], joining: Any) -> tuple[Any, Any]:
        ops = keras.ops
        shape = (-1, *[1] * (len(states.shape) - 1))
        states = ops.where(ops.reshape(joining, shape), self.task.embed(inputs), states)
        states = self.task.run_layer(0, states, inputs)
        return states, self.task.read_states(states, inputs)

    def put(self, name: Any, x: Any) -> None:
        """Puts rows in the queue.

        Args:
            name: what the answer is given back with.
            x: a text, or what the task's `predict` takes, of one row.

        Raises:
            InputError: it is no row, more than one, or longer than the stream's.
        """
        x = [x] if isinstance(x, str) else x
        row = {key: np.asarray(value) for key, value in self.task.model_inputs(x).items()}
        if len(row["token_ids"]) != 1:
            raise InputError(f"Expected one row; got {len(row['token_ids'])}. Put them one by one.")
        self._queue.append((name, {key: self._fitted(key, value[0]) for key, value in row.items()}))

    def _fitted(self, key: str, value: np.ndarray) -> np.ndarray:
        """A row with as many positions as the stream has."""
        if key not in self.task.token_inputs:
            return value
        surplus = value.shape[-1] - self._length
        if surplus > 0:
            if key == "padding_mask" and value[..., self._length :].any():
                raise InputError(
                    f"A row has tokens beyond the stream's {self._length} positions: give the "
                    "stream a greater length."
                )
            return value[..., : self._length]
        return np.pad(value, [(0, 0)] * (value.ndim - 1) + [(0, -surplus)])

    @property
    def waiting(self) -> int:
        """Rows that have no answer yet, those in slots included."""
        return len(self._queue) + int(self._used.sum())

    def step(self) -> list[tuple[Any, np.ndarray, int]]:
        """Takes every row in a slot one layer further.

        Returns:
            (name, scores (C,), depth) of the rows that left.
        """
        self._fill_slots()
        if not self._used.any():
            return []
        self._states, found = self._step(self._states, self._inputs, self._joining)
        self.rows_computed += self.slots
        self._depths[self._used] += 1
        scores = keras.ops.convert_to_numpy(found)
        leaves, self._memory = self.rule.leaving(
            *(self._answers.problem, scores, self._memory, self._depths),
            are_probabilities=self._answers.are_probabilities,
        )
        leaves = (leaves | (self._depths == self._layers)) & self._used
        self._joining[:] = False
        self._used &= ~leaves
        return [
            (self._names[slot], scores[slot], int(self._depths[slot]))
            for slot in np.flatnonzero(leaves)
        ]

    def _fill_slots(self) -> None:
        for slot in np.flatnonzero(~self._used)[: len(self._queue)]:
            self._names[slot], row = self._queue.popleft()
            if not self._inputs:
                self._make_slots(row)
            for key, value in row.items():
                self._inputs[key][slot] = value
            self._used[slot] = self._joining[slot] = True
            self._depths[slot] = 0
            if self._memory:
                # What the row before in this slot answered counts for nothing.
                self._memory["streak"][slot] = -1

    def _make_slots(self, row: dict[str, np.ndarray]) -> None:
        self._inputs = {
            key: np.repeat(value[np.newaxis], self.slots, axis=0) for key, value in row.items()
        }
        shape = (*self._inputs["token_ids"].shape, self.task.backbone.hidden_dim)
        self._states = keras.ops.zeros(shape, self.task.backbone.compute_dtype)

    def answers(
        self, requests: Iterable[tuple[Any, Any] | None]
    ) -> Iterator[tuple[Any, np.ndarray, int]]:
        """Answers requests as they come, those first that leave first.

        Args:
            requests: (name, row) pairs, see `put`; read one by one as slots become free. A source
                that has none just now, such as an empty queue, gives None, and the rows in slots
                go on; where no row waits for an answer, it is asked again at once, so let it wait
                there (`queue.get(timeout=...)`).

        Yields:
            (name, scores (C,), depth).
        """
        source, more = iter(requests), True
        while more or self.waiting:
            while more and self.waiting < self.slots:
                try:
                    request = next(source)
                except StopIteration:
                    more = False
                    break
                if request is None:
                    break
                self.put(*request)
            yield from self.step()
