"""Which depths a step of elastic training reads, and what each counts."""

from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras import ops

from keras_albert.errors import InputError

Weighting = Literal["layer", "equal"]


@dataclass(frozen=True)
class DepthSchedule:
    """The depths whose answers are trained, step by step.

    Every step reads the full depth and the shallowest one. The depths between are read all of
    them, or some in turn: which ones follows from the step's number alone, so that a run that was
    stopped goes on as if it had not been.

    Attributes:
        num_layers: L, the full depth.
        min_depth: the shallowest depth that is trained.
        depths_per_step: depths a step, at least 2; None for all from `min_depth` to L.
        weighting: "layer" weighs a depth's loss by its number of layers, as PABEE does (Zhou et
            al. 2020, "BERT Loses Patience", section 3.3); "equal" by one. The weights of a step
            are divided by their sum.
        distillation: the share of a shallower depth's loss that is the distance from the full
            depth's answers (Hinton et al. 2015), the rest being that from the labels.
        temperature: of these answers.

    Raises:
        InputError: a number is out of range.

    >>> DepthSchedule(12, min_depth=3, depths_per_step=4).depths(0)
    [3, 4, 5, 12]
    """

    num_layers: int
    min_depth: int = 1
    depths_per_step: int | None = None
    weighting: Weighting = "layer"
    distillation: float = 0.0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.min_depth < self.num_layers:
            raise InputError(
                f"min_depth={self.min_depth} is not between 1 and {self.num_layers - 1}, one less "
                f"than the network's {self.num_layers} layers."
            )
        if self.depths_per_step is not None and self.depths_per_step < 2:
            raise InputError(
                f"depths_per_step={self.depths_per_step} is below 2: the full and the shallowest "
                "depth are read at every step. Raise it, or leave it out for all depths."
            )
        if self.weighting not in ("layer", "equal"):
            raise InputError(f"weighting={self.weighting!r} is neither 'layer' nor 'equal'.")
        if not 0 <= self.distillation <= 1:
            raise InputError(f"distillation={self.distillation} is not a share from 0 to 1.")
        if not self.temperature > 0:
            raise InputError(f"temperature={self.temperature} is not above 0.")

    def depths(self, step: Any) -> list[Any]:
        """The depths of a step, the shallowest first and the full depth last.

        Args:
            step: its number, an int or a scalar integer tensor.

        Returns:
            Integers; scalar tensors for the depths between where some are read in turn and the
            step is a tensor.
        """
        between = range(self.min_depth + 1, self.num_layers)
        if self.depths_per_step is None or self.depths_per_step - 2 >= len(between):
            return [self.min_depth, *between, self.num_layers]
        count = self.depths_per_step - 2
        if not isinstance(step, int):
            step = ops.cast(step, "int32")
        chosen = [between[0] + (step * count + place) % len(between) for place in range(count)]
        return [self.min_depth, *chosen, self.num_layers]

    def weights(self, depths: list[Any]) -> list[Any]:
        """What the losses of these depths are multiplied by; they sum to 1."""
        if self.weighting == "equal":
            return [1.0 / len(depths)] * len(depths)
        numbers = [d if isinstance(d, int) else ops.cast(d, keras.config.floatx()) for d in depths]
        total = sum(numbers)
        return [number / total for number in numbers]
