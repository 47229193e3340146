"""From settings to an optimizer. Their steps are compared in tests/optimizers."""

import keras
import pytest

from keras_albert.optimizers import AdamW, Lamb
from keras_albert.training.optimizer_factory import make_optimizer

SETTINGS = {
    "learning_rate": 0.01,
    "total_steps": 100,
    "warmup_steps": 10,
    "weight_decay": 0.02,
    "clip": 0.5,
}


@pytest.mark.parametrize(("name", "kind"), [("lamb", Lamb), ("adamw", AdamW)])
def test_every_setting_arrives(name, kind):
    optimizer = make_optimizer(name, **SETTINGS)
    assert isinstance(optimizer, kind)
    assert optimizer.weight_decay_rate == 0.02
    assert optimizer.global_clipnorm == 0.5
    assert optimizer.gradient_accumulation_steps is None
    assert float(keras.ops.convert_to_numpy(optimizer.learning_rate)) == 0.0  # warm-up, step 0


def test_float16_gets_a_loss_scale():
    optimizer = make_optimizer("lamb", **SETTINGS, precision="mixed_float16")
    assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def test_accumulation():
    optimizer = make_optimizer("adamw", **SETTINGS, gradient_accumulation=4)
    assert optimizer.gradient_accumulation_steps == 4
