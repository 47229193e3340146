"""One seed of a fine-tuning: epochs, what was measured after each, and the best one's weights."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.models.fitting.length_batches import LengthBatches, operations_a_token
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.training.checkpoints import not_finite
from keras_albert.training.evaluation.intervals import wilson_interval
from keras_albert.training.finetuning.collapse import collapse_reason
from keras_albert.training.finetuning.rate_factors import rate_factors
from keras_albert.training.optimizer_factory import make_optimizer
from keras_albert.training.recipe import FinetuneSettings


@dataclass(frozen=True)
class FinetuneData:
    """What every seed reads.

    Attributes:
        task: with its labels learned.
        train: encoded, weights of classes in its `sample_weight`.
        examples: the validation examples.
        validation: these, encoded.
        chance: of a constant answer in validation, or None.
    """

    task: FinetuneTask
    train: Encoded
    examples: Examples
    validation: Encoded
    chance: dict[str, Any] | None

    def answers(self, model: Any, batch_size: int) -> list[dict[str, Any]]:
        """The model's answers to the validation examples, a threshold tuned on them."""
        outputs = predict_by_length(model, self.validation.x, batch_size, verbose=0)
        answers = self.task.decode(model, self.examples, self.validation, outputs)
        before = self.task.threshold
        self.task.tune(self.examples, answers)
        if self.task.threshold != before:
            answers = self.task.decode(model, self.examples, self.validation, outputs)
        return answers


@dataclass
class SeedState:
    """How far a seed has come.

    Attributes:
        run: what metrics.json says of it: "seed", "epochs", "best_epoch", ...
        kept: the weights of its best epoch.
    """

    run: dict[str, Any]
    kept: list[np.ndarray] = field(default_factory=list)


class _OneEpochAtATime(LengthBatches):
    """Batches whose epoch is set by hand: Keras ends one more than there are in a model's first
    `fit` on PyTorch, where it looks at a batch beforehand.
    """

    def on_epoch_end(self) -> None:
        """Nothing."""


class _SameDraws(keras.callbacks.Callback):
    """Lets an epoch draw the same dropout whether or not it is the first of a process.

    On PyTorch, Keras runs the model once before its first `fit`, which moves the seeds of our
    dropout on; and its own dropout draws from the global generator, which no checkpoint holds.
    Not with `keras.utils.set_random_seed`: TensorFlow drops every compiled kernel when its
    generator is seeded, and compiles the step again, seconds an epoch.
    """

    def __init__(self, seed: int, epoch: int, model: Any) -> None:
        super().__init__()
        self._seed = (1_000_003 * seed + epoch) % 2**31
        states = [variable for variable in model.variables if "seed_generator" in variable.path]
        self._states = [(v, keras.ops.convert_to_numpy(v.value).copy()) for v in states]

    def on_train_begin(self, logs: Any = None) -> None:
        """Puts both where they belong."""
        if keras.backend.backend() == "torch":
            import torch

            torch.manual_seed(self._seed)
        for variable, value in self._states:
            variable.assign(value)


class FinetuneSeed:
    """Trains one model with one seed.

    Args:
        model: built with the seed set, not compiled.
        data: what to learn and measure.
        settings: of the fine-tuning.
        seed: of the batches' order.
    """

    def __init__(
        self, model: Any, data: FinetuneData, settings: FinetuneSettings, seed: int
    ) -> None:
        self.model, self.data, self.settings = model, data, settings
        self.state = SeedState({"seed": seed, "epochs": []})
        self._batches = _OneEpochAtATime(
            data.train.x,
            data.train.y,
            data.train.sample_weight,
            batch_size=min(settings.batch_size, len(data.train)),
            seed=seed,
            drop_remainder=True,
            token_inputs=model.token_inputs,
            labels_along_tokens=model.labels_along_tokens,
            epochs=settings.epochs,
            operations=operations_a_token(model.backbone, training=True),
        )
        self.steps_an_epoch = self._batches.num_batches
        self.total_steps = total_steps(settings, self.steps_an_epoch)
        model.compile(
            optimizer=make_optimizer(
                settings.optimizer,
                learning_rate=settings.learning_rate,
                total_steps=self.total_steps,
                warmup_steps=round(self.total_steps * settings.warmup_fraction),
                weight_decay=settings.weight_decay,
                clip=settings.clip,
                precision=settings.precision,
                rate_factors=rate_factors(model, dict(settings.rate_factors), settings.layer_decay),
            )
        )
        if settings.elastic is not None:
            model.train_depths(**settings.elastic.model_dump())

    def epochs(self, on_step: Callable[[int, dict[str, float]], None]) -> Iterator[SeedState]:
        """Trains the epochs that are still to be trained.

        Args:
            on_step: called after every update with its number within the seed, and the best
                figures so far.

        Yields:
            `state`, after each epoch.
        """
        while not self.finished:
            self._train_epoch(on_step)
            yield self.state

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, none got better for too long, or the weights are lost."""
        epochs = self.state.run["epochs"]
        if not epochs:
            return False
        last = epochs[-1]["epoch"]
        patience = self.settings.patience
        return (
            last * self.steps_an_epoch >= self.total_steps
            or "lost" in epochs[-1]
            or (patience is not None and last - self.state.run["best_epoch"] >= patience)
        )

    def _train_epoch(self, on_step: Callable[[int, dict[str, float]], None]) -> None:
        run, main = self.state.run, self.data.task.main_metric
        number = len(run["epochs"])
        done = number * self.steps_an_epoch
        steps = min(self.steps_an_epoch, self.total_steps - done)
        best = {key: run[key] for key in (main, "loss") if key in run}
        self._batches.set_epoch(number)
        report = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda step, logs: on_step(done + step + 1, best)
        )
        history = self.model.fit_encoded(
            x=self._batches.for_keras(),
            steps_per_epoch=steps,
            shuffle=False,
            verbose=0,
            callbacks=[_SameDraws(run["seed"], number, self.model), report],
        ).history
        trained = {f"train_{name}": float(values[0]) for name, values in history.items()}
        weights = self.model.get_weights()
        lost = _lost(trained["train_loss"], weights)
        measured: dict[str, Any] = {"epoch": number + 1, **trained}
        if lost is None:
            measured |= self._measured(trained["train_loss"])
        else:  # weights that are not numbers answer nothing
            measured |= {main: None, "collapsed": lost, "lost": True}
        run["epochs"].append(measured)
        better = _comparable(measured[main]) > _comparable(run.get(main))
        if number == 0 or better:
            run.update(
                {key: value for key, value in measured.items() if not key.startswith("train_")},
                best_epoch=number + 1,
            )
            del run["epoch"]
            run["threshold"] = self.data.task.threshold
            self.state.kept = weights if lost is None else []

    def _measured(self, train_loss: float) -> dict[str, Any]:
        """Everything about the validation examples after an epoch."""
        task = self.data.task
        answers = self.data.answers(self.model, min(self.settings.batch_size, len(self.data.train)))
        measured: dict[str, Any] = {**task.metrics(self.data.examples, answers), "n": len(answers)}
        if all("correct" in answer for answer in answers):
            correct = sum(bool(answer["correct"]) for answer in answers)
            measured |= {
                "correct": correct,
                "interval": list(wilson_interval(correct, len(answers))),
            }
        losses = [answer["loss"] for answer in answers if "loss" in answer]
        if losses:
            measured["loss"] = float(np.mean(losses))
        chance = self.data.chance if self.settings.class_weights is None else None
        measured["collapsed"] = collapse_reason(answers, chance, train_loss)
        return measured


def total_steps(settings: FinetuneSettings, steps_an_epoch: int) -> int:
    """Updates of a seed that nothing stops early."""
    most = settings.epochs * steps_an_epoch
    return most if settings.steps is None else min(settings.steps, most)


def _lost(loss: float, weights: list[np.ndarray]) -> str | None:
    """Why nothing can be done with an epoch's weights, or None.

    The loss is that of the weights before each update: of those after the last it says nothing.
    """
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    broken = len(not_finite({str(number): array for number, array in enumerate(weights)}))
    return f"{broken} of {len(weights)} arrays of weights are not finite" if broken else None


def _comparable(metric: float | None) -> float:
    return -math.inf if metric is None or math.isnan(metric) else metric
