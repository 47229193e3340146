"""When the callback logs, saves and stops, driven by hand."""

import pytest

from keras_albert.errors import InputError
from keras_albert.training.interruption import Interruption
from keras_albert.training.pretraining.pretraining_callback import PretrainingCallback
from keras_albert.training.recipe import load_recipe


class Model:
    """As much of a model as the callback touches."""

    stop_training = False

    class optimizer:
        learning_rate = 0.5

    def reset_metrics(self):
        """Means start again."""

    def get_metrics_result(self):
        return {}


def _callback(first_step=0, **changes):
    recipe = load_recipe("albert_nano").model_copy(update=changes)
    logged, saved, seen = [], [], []
    callback = PretrainingCallback(
        recipe,
        first_step,
        log=lambda step, values: logged.append((step, values["loss"])),
        save=lambda step, model: saved.append(step),
        progress=lambda step, total, values: seen.append((step, total)),
        interruption=Interruption(),
    )
    callback.set_model(Model())
    return callback, logged, saved, seen


def test_every_so_many_updates():
    callback, logged, saved, seen = _callback(total_steps=7, log_every=2, checkpoint_every=3)
    for batch in range(7):
        callback.on_train_batch_end(batch, {"loss": float(batch)})
    assert logged == [(2, 1.0), (4, 3.0), (6, 5.0), (7, 6.0)]
    assert saved == [3, 6, 7]
    assert seen == [(i, 7) for i in range(1, 8)]
    assert callback.model.stop_training


def test_accumulated_batches_are_one_update_and_a_resumed_run_counts_on():
    callback, _, saved, seen = _callback(
        2, total_steps=4, log_every=1, checkpoint_every=3, gradient_accumulation=2
    )
    for batch in range(4):
        callback.on_train_batch_end(batch, {"loss": 1.0})
    assert seen == [(3, 4), (4, 4)]
    assert saved == [3, 4]


def test_an_interruption_saves_and_stops():
    callback, _, saved, _ = _callback(total_steps=50, log_every=9, checkpoint_every=40)
    callback.on_train_batch_end(0, {"loss": 1.0})
    callback._interruption.requested = True
    callback.on_train_batch_end(1, {"loss": 1.0})
    assert saved == [2]
    assert callback.model.stop_training


def test_a_loss_that_is_not_finite_is_an_error():
    callback, _, saved, _ = _callback(total_steps=5, log_every=1, checkpoint_every=1)
    with pytest.raises(InputError, match="loss at step 1 is nan"):
        callback.on_train_batch_end(0, {"loss": float("nan")})
    assert saved == []


def test_lost_weights_do_not_replace_a_checkpoint_between_two_log_lines():
    callback, _, saved, _ = _callback(total_steps=9, log_every=9, checkpoint_every=1)
    callback.on_train_batch_end(0, {"loss": 1.0})
    with pytest.raises(InputError, match="loss at step 2 is inf"):
        callback.on_train_batch_end(1, {"loss": float("inf")})
    assert saved == [1]
