"""Training at several depths at once, so that a task answers at each of them."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError
from keras_albert.models.depth.depth_schedule import DepthSchedule, Weighting
from keras_albert.models.depth.distillation import Kind, divergence
from keras_albert.models.depth.states_by_depth import StatesByDepth

_DEPTHS, _OTHERS, _FULL = "depths", "shallower", "full_depth"


class ElasticTraining:
    """Mixed into a task: `train_depths`, after which `fit` trains several depths a step.

    The encoder runs once to its full depth. The pooler and the heads, the same for all depths,
    read the states after each depth of the step, and the losses are added up
    (`DepthSchedule.weights`). What `fit` logs beside this sum is the full depth's.

    Attributes:
        distilled: what kind of answer the outputs are, for distillation; by name where there
            are several, of which those that are not named are left out.
    """

    distilled: Kind | dict[str, Kind] = "classes"

    backbone: Any
    optimizer: Any
    loss: Any
    train_function: Any
    _connect: Any
    _schedule: DepthSchedule | None = None
    _elastic_step: Any = None

    def train_depths(
        self,
        min_depth: int | None = 1,
        *,
        depths_per_step: int | None = None,
        weighting: Weighting = "layer",
        distillation: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        """From now on `fit` and `train_on_batch` train all depths from `min_depth` to the full one.

        Nothing else changes: the weights, `predict` and what is saved are as they were. The layers
        are written out one after the other in training, whatever the encoder's `unroll`.

        Args:
            min_depth: the shallowest; None to train the full depth alone again.
            depths_per_step: how many a step reads, the shallowest and the full one among them, the
                others in turn; None for all. Heads over the vocabulary are worth reading seldom.
            weighting: what a depth's loss counts, see `DepthSchedule`.
            distillation: how far shallower depths learn from the full depth's answers, 0 to 1.
            temperature: of these answers.

        Raises:
            InputError: a number is out of range, or the task reads a layer of its own.

        Example:
        ```python
        model.compile(optimizer=keras.optimizers.Adam(5e-5))
        model.train_depths(min_depth=2, distillation=0.5)
        model.fit(texts, labels, epochs=3)
        model.predict(texts, depth=4)
        ```
        """
        schedule = None
        if min_depth is not None:
            if getattr(self, "layer", None) is not None:
                raise InputError(
                    f"The model reads layer {self.layer} at any depth, so there are "  # type: ignore[attr-defined]
                    "no depths to train. Build it with layer=None."
                )
            schedule = DepthSchedule(
                self.backbone.num_layers,
                min_depth,
                depths_per_step,
                weighting,
                distillation,
                temperature,
            )
        # Past Keras's tracking of attributes, which is for layers and variables.
        object.__setattr__(self, "_schedule", schedule)
        # What was compiled trains the depths of before.
        self.train_function = None

    def _connect_elastic(self, inputs: dict[str, Any]) -> Any:
        """The outputs at every depth of this step, by `_DEPTHS`, `_OTHERS` and `_FULL`."""
        assert self._schedule is not None
        depths = self._schedule.depths(self._elastic_step)
        states = StatesByDepth(self.backbone, depths)
        full = self._connect(inputs, states, training=True)
        others = []
        for depth in depths[:-1]:
            others.append(self._connect(inputs, states.at(depth), training=True))
        return {_DEPTHS: self._schedule.weights(depths), _OTHERS: others, _FULL: full}

    def train_step(self, *arguments: Any) -> Any:
        """`keras.Model.train_step`, at several depths where `train_depths` asked for them."""
        if self._schedule is None:
            return super().train_step(*arguments)  # type: ignore[misc]
        with self._step_number(arguments):
            return super().train_step(*arguments)  # type: ignore[misc]

    @contextmanager
    def _step_number(self, arguments: tuple[Any, ...]) -> Any:
        """Holds the number of updates made while a step is traced or run."""
        backend = keras.config.backend()
        if backend == "jax":
            # There the optimizer's variables are an argument, the third part of the state.
            mapping = list(zip(self.optimizer.variables, arguments[0][2], strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                step = ops.convert_to_tensor(self.optimizer.iterations)
        else:
            step = ops.convert_to_tensor(self.optimizer.iterations)
        object.__setattr__(self, "_elastic_step", int(step) if backend == "torch" else step)
        try:
            yield
        finally:
            object.__setattr__(self, "_elastic_step", None)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """`keras.Model.compute_loss`; where depths are trained, the weighted sum of theirs."""
        inherited = super().compute_loss  # type: ignore[misc]
        if not _is_elastic(y_pred):
            return inherited(x, y, y_pred, sample_weight, training=training)
        assert self._schedule is not None
        *weights, of_full = y_pred[_DEPTHS]
        full = y_pred[_FULL]
        total = of_full * inherited(x, y, full, sample_weight, training=training)
        share = self._schedule.distillation
        for weight, outputs in zip(weights, y_pred[_OTHERS], strict=True):
            value: Any = 0.0
            if share < 1:
                value = (1 - share) * self._loss_of(y, outputs, sample_weight)
            if share:
                value = value + share * self._distance(full, outputs, sample_weight)
            total = total + weight * value
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """`keras.Model.compute_metrics`, of the full depth's outputs."""
        full = y_pred[_FULL] if _is_elastic(y_pred) else y_pred
        return super().compute_metrics(x, y, full, sample_weight)  # type: ignore[misc]

    def _loss_of(self, y: Any, outputs: Any, sample_weight: Any) -> Any:
        """The compiled loss; Keras's own would count it among the full depth's metrics."""
        if not isinstance(self.loss, dict):
            return _as_loss(self.loss)(y, outputs, sample_weight)
        total: Any = 0.0
        for name, loss in self.loss.items():
            value = _as_loss(loss)(y[name], outputs[name], _part(sample_weight, name))
            total = total + self._loss_weight(name) * value
        return total

    def _distance(self, full: Any, outputs: Any, sample_weight: Any) -> Any:
        assert self._schedule is not None
        temperature = self._schedule.temperature
        if not isinstance(outputs, dict):
            assert isinstance(self.distilled, str)
            return divergence(self.distilled, full, outputs, temperature, sample_weight)
        kinds = self.distilled
        if isinstance(kinds, str):
            kinds = dict.fromkeys(outputs, kinds)
        total: Any = 0.0
        for name, kind in kinds.items():
            weight = _part(sample_weight, name)
            value = divergence(kind, full[name], outputs[name], temperature, weight)
            total = total + self._loss_weight(name) * value
        return total

    def _loss_weight(self, name: str) -> Any:
        weights = getattr(self, "compiled_loss_weights", None)
        return 1.0 if weights is None else weights.get(name, 1.0)


def each_depth(function: Callable[[Any], Any], y_pred: Any) -> Any:
    """Applies a function to a model's outputs, in elastic training to those of every depth."""
    if not _is_elastic(y_pred):
        return function(y_pred)
    others = [function(outputs) for outputs in y_pred[_OTHERS]]
    return {**y_pred, _OTHERS: others, _FULL: function(y_pred[_FULL])}


class _FunctionLoss(keras.losses.Loss):
    """A function (y, outputs) -> (B, ...) as a loss."""

    def __init__(self, function: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self._function = function

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._function(y_true, y_pred)


def _as_loss(loss: Any) -> Any:
    loss = keras.losses.get(loss)
    return loss if isinstance(loss, keras.losses.Loss) else _FunctionLoss(loss)


def _is_elastic(y_pred: Any) -> bool:
    return isinstance(y_pred, dict) and _FULL in y_pred


def _part(sample_weight: Any, name: str) -> Any:
    return sample_weight.get(name) if isinstance(sample_weight, dict) else sample_weight
