"""What happens between two steps of `fit`: logging, checkpoints, stopping."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_albert.errors import InputError
from keras_albert.training.interruption import Interruption
from keras_albert.training.recipe import Recipe

Progress = Callable[[int, int, Mapping[str, float]], None]


class PretrainingCallback(keras.callbacks.Callback):
    """Logs every `log_every` updates, saves every `checkpoint_every`, stops when asked to.

    Losses and accuracies are means over the updates since the last log line.

    Args:
        recipe: of the run.
        first_step: updates made by earlier processes.
        log: is given (step, values).
        save: is given (step, model), whose variables are up to date.
        progress: is given (step, total steps, latest values) after every update.
        interruption: says when to stop.
        advice: says how to go on when the loss is lost, for the error.
    """

    def __init__(
        self,
        recipe: Recipe,
        first_step: int,
        *,
        log: Callable[[int, Mapping[str, float]], None],
        save: Callable[[int, keras.Model], None],
        progress: Progress | None,
        interruption: Interruption,
        advice: Callable[[], str] = lambda: "Lower optimizer.learning_rate.",
    ) -> None:
        super().__init__()
        self.step = first_step
        self.latest: dict[str, float] = {}
        self._recipe = recipe
        self._batches = first_step * recipe.gradient_accumulation
        self._log = log
        self._save = save
        self._progress = progress
        self._interruption = interruption
        self._advice = advice
        self._clock: tuple[float, int] | None = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """After every batch; acts after the last one of an update."""
        self._batches += 1
        self.step, rest = divmod(self._batches, self._recipe.gradient_accumulation)
        if rest:
            return
        last = self.step == self._recipe.total_steps or self._interruption.requested
        if last or self.step % self._recipe.log_every == 0:
            self._write(logs or {})
        if last or self.step % self._recipe.checkpoint_every == 0:
            self._check_loss(logs or {})  # no checkpoint of weights that are lost replaces another
            # On JAX `self.model` first copies the step's state into the model's variables, which
            # costs time: it is touched only where it is needed.
            self._save(self.step, self.model)
        if self._progress is not None:
            self._progress(self.step, self._recipe.total_steps, self.latest)
        if self._clock is None:
            # The first update traces and compiles: the rate is measured from its end.
            self._clock = (time.monotonic(), self._batches)
        if last:
            self.model.stop_training = True

    def _write(self, logs: Mapping[str, Any]) -> None:
        self._check_loss(logs)
        values = {name: float(keras.ops.convert_to_numpy(v)) for name, v in logs.items()}
        values["learning_rate"] = self._learning_rate()
        now = time.monotonic()
        if self._clock is not None:
            since, batches = self._clock
            data = self._recipe.data
            positions = (self._batches - batches) * data.batch_size * data.sequence_length
            values["tokens_per_second"] = positions / (now - since)
        self._clock = (now, self._batches)
        self.latest = values
        self._log(self.step, values)
        self.model.reset_metrics()

    def _check_loss(self, logs: Mapping[str, Any]) -> None:
        loss = float(keras.ops.convert_to_numpy(logs["loss"])) if "loss" in logs else None
        if loss is not None and not math.isfinite(loss):
            raise InputError(
                f"The loss at step {self.step} is {loss}; nothing was saved of it. {self._advice()}"
            )

    def _learning_rate(self) -> float:
        """The rate of the update just made, from the formula: no variable is read."""
        optimizer, total = self._recipe.optimizer, self._recipe.total_steps
        before = self.step - 1
        if before < optimizer.warmup_steps:
            return optimizer.learning_rate * before / optimizer.warmup_steps
        return optimizer.learning_rate * (1 - before / total)
