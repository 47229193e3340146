"""Checkpoints: whole or absent, the newest few, damage passed over."""

import errno

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert.errors import InputError
from keras_albert.training.checkpoints import Checkpoints, model_state, restore_model_state

ARRAYS = {
    "model/0000/kernel": np.arange(6, dtype="float32").reshape(2, 3),
    "model/0001/seed": np.array([1, 2], "uint32"),
    "optimizer/0000/iteration": np.array(7, "int64"),
}


def fail_on_message(line):
    pytest.fail(line)


def test_what_is_saved_is_read(tmp_path):
    checkpoints = Checkpoints(tmp_path / "c")
    assert checkpoints.latest(fail_on_message) is None
    checkpoints.save(12, ARRAYS, {"data": {"next": 24}})
    checkpoint = checkpoints.latest(fail_on_message)
    assert (checkpoint.step, checkpoint.record) == (12, {"data": {"next": 24}})
    assert checkpoint.arrays.keys() == ARRAYS.keys()
    for key, array in ARRAYS.items():
        assert checkpoint.arrays[key].dtype == array.dtype
        assert checkpoint.arrays[key].shape == array.shape
        np.testing.assert_array_equal(checkpoint.arrays[key], array)


def test_the_newest_are_kept_and_the_same_step_can_be_saved_again(tmp_path):
    checkpoints = Checkpoints(tmp_path / "c", keep=2)
    for step in (5, 10, 15, 15, 100_000_000):
        checkpoints.save(step, ARRAYS, {})
    assert checkpoints.steps() == [15, 100_000_000]


@pytest.mark.parametrize("name", ["state.safetensors", "checkpoint.json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone"])
def test_a_damaged_one_gives_way_to_the_one_before(tmp_path, name, damage):
    checkpoints = Checkpoints(tmp_path / "c", keep=3)
    checkpoints.save(5, ARRAYS, {})
    checkpoints.save(10, ARRAYS, {})
    file = checkpoints.path(10) / name
    content = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    else:
        if damage == "flip":
            place = content.index(b'"sha256": "') + 12 if name.endswith("json") else -1
            content[place] ^= 1
        file.write_bytes({"cut": content[:-9], "flip": content, "empty": b""}[damage])
    messages = []
    assert checkpoints.latest(messages.append).step == 5
    assert len(messages) == 1 and str(checkpoints.path(10)) in messages[0]
    assert "\n" not in messages[0]
    assert checkpoints.steps() == [5]


def test_what_a_killed_process_left_is_removed(tmp_path):
    checkpoints = Checkpoints(tmp_path / "c")
    checkpoints.save(5, ARRAYS, {})
    half = tmp_path / "c/.step-00000010.abcd"
    half.mkdir()
    (half / "state.safetensors").write_bytes(b"half")
    assert checkpoints.latest(fail_on_message).step == 5
    assert not half.exists()


def test_a_full_disk_leaves_the_earlier_ones(tmp_path, monkeypatch):
    checkpoints = Checkpoints(tmp_path / "c", keep=1)
    checkpoints.save(5, ARRAYS, {})

    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(InputError, match="disk is full"):
        checkpoints.save(10, ARRAYS, {})
    assert [path.name for path in (tmp_path / "c").iterdir()] == ["step-00000005"]
    assert checkpoints.latest(fail_on_message).step == 5


def test_keep_must_be_at_least_one(tmp_path):
    with pytest.raises(InputError, match="keep=0"):
        Checkpoints(tmp_path, keep=0)


def make_model(units=3):
    # With a seed: without one, Keras's Dropout draws from torch's global generator on torch, which
    # is no variable. The package's own dropout always has one.
    dropout = keras.layers.Dropout(0.5, seed=1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), dropout])
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1)), loss="mse")
    return model


def test_a_models_whole_state_goes_into_another_and_both_go_on_alike():
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    y = np.ones((8, 3), "float32")
    first, second = make_model(), make_model()
    first.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    restore_model_state(second, model_state(first))
    for model in (first, second):
        model.fit(x, y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    ours, theirs = list(model_state(second).values()), list(model_state(first).values())
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert int(ops.convert_to_numpy(second.optimizer.iterations)) == 8


def test_the_state_of_another_model_is_refused():
    with pytest.raises(InputError, match="does not fit the model"):
        restore_model_state(make_model(2), model_state(make_model(3)))
