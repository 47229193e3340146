"""The learning-rate schedule of BERT and ALBERT."""

from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError


@keras.saving.register_keras_serializable("keras_albert")
class LinearWarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up from 0, then linear decay to 0 at `total_steps`.

        step < warmup_steps:   peak * step / warmup_steps
        otherwise:             peak * (1 - min(step, total_steps) / total_steps)

    The decay is counted from step 0, not from the end of the warm-up, so the rate falls from
    `peak` to `peak * (1 - warmup_steps / total_steps)` at once where the warm-up ends, and the
    first step has rate 0. Source: `create_optimizer` in google-research/albert, `optimization.py`.

    Keras calls a schedule with the number of `apply` calls, which under gradient accumulation is
    `gradient_accumulation_steps` times the number of updates: pass it here too, and steps are
    updates.

    Args:
        peak: the rate the warm-up heads for.
        total_steps: updates until the rate is 0.
        warmup_steps: updates of warm-up; 0 for none.
        gradient_accumulation_steps: `apply` calls an update; None or 1 without accumulation.

    Raises:
        InputError: a value is out of its range.

    Example: `LinearWarmupDecay(1.76e-3, 125_000, 3_125)` gives 0 at step 0, 0.00088 at 1,562.5,
    0.001716 at 3,125 and 0 at 125,000.
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        warmup_steps: int = 0,
        gradient_accumulation_steps: int | None = None,
    ) -> None:
        super().__init__()
        if total_steps < 1:
            raise InputError(f"LinearWarmupDecay: total_steps={total_steps} must be at least 1.")
        if not 0 <= warmup_steps <= total_steps:
            raise InputError(
                f"LinearWarmupDecay: warmup_steps={warmup_steps} must lie between 0 and "
                f"total_steps={total_steps}."
            )
        self.peak = peak
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.gradient_accumulation_steps = gradient_accumulation_steps

    def __call__(self, step: Any) -> Any:
        """The rate at `step`, an integer scalar: a float32 scalar."""
        if self.gradient_accumulation_steps:
            # In integers: float32 cannot tell apply calls apart beyond 2^24.
            step = ops.floor_divide(step, self.gradient_accumulation_steps)
        step = ops.cast(step, "float32")
        decayed = self.peak * (1.0 - ops.minimum(step, float(self.total_steps)) / self.total_steps)
        if not self.warmup_steps:
            return decayed
        return ops.where(step < self.warmup_steps, self.peak * (step / self.warmup_steps), decayed)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "peak": self.peak,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }
