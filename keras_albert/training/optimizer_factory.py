"""From settings to a compiled optimizer, for pretraining and fine-tuning."""

from collections.abc import Mapping
from typing import Any

import keras

from keras_albert.optimizers import AdamW, Lamb, LinearWarmupDecay


def make_optimizer(
    name: str,
    *,
    learning_rate: float,
    total_steps: int,
    warmup_steps: int,
    weight_decay: float,
    clip: float | None,
    precision: str = "float32",
    gradient_accumulation: int = 1,
    rate_factors: Mapping[str, float] | None = None,
) -> Any:
    """LAMB or AdamW with linear warm-up and decay, under a loss scale in float16.

    Args:
        name: "lamb" or "adamw".
        learning_rate: the rate the warm-up heads for.
        total_steps: updates until the rate is 0.
        warmup_steps: updates of warm-up.
        weight_decay: 0 for none.
        clip: the largest global gradient norm; None for no clipping.
        precision: a dtype policy's name.
        gradient_accumulation: batches an update.
        rate_factors: what the learning rate of the variables at these paths is multiplied by.
    """
    # Keras takes no 1 here: it stands for "from 2 on".
    accumulation = gradient_accumulation if gradient_accumulation > 1 else None
    schedule = LinearWarmupDecay(
        learning_rate, total_steps, warmup_steps, gradient_accumulation_steps=accumulation
    )
    optimizer_class = {"lamb": Lamb, "adamw": AdamW}[name]
    optimizer = optimizer_class(
        schedule,
        weight_decay=weight_decay,
        global_clipnorm=clip,
        gradient_accumulation_steps=accumulation,
        rate_factors=rate_factors,
        name=name,
    )
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer, name="loss_scale")
    return optimizer
