"""What is changed in a run that goes on from an earlier checkpoint, without a model."""

import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.training.checkpoints import Checkpoints
from keras_albert.training.pretraining.going_back import advice, go_back, read_changes

pytestmark = pytest.mark.once


@pytest.fixture
def run(tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints", keep=9)
    for step in (10, 20, 30):
        checkpoints.save(step, {"model/0000/w": np.full(2, step, "float32")}, {})
    (tmp_path / "model").mkdir()
    return tmp_path, checkpoints


def back(run, from_step=None, rate_factor=None, message=lambda line: None):
    folder, checkpoints = run
    newest = checkpoints.latest(pytest.fail)
    found, factor = go_back(folder, checkpoints, newest, from_step, rate_factor, message)
    return found.step if found else 0, factor, checkpoints.steps(), len(read_changes(folder))


def test_each_change_is_made_once_and_holds(run):
    assert back(run) == (30, 1.0, [10, 20, 30], 0)
    assert back(run, rate_factor=0.5) == (30, 0.5, [10, 20, 30], 1)
    assert back(run, rate_factor=0.5) == (30, 0.5, [10, 20, 30], 1)
    assert (run[0] / "model").exists()
    assert back(run, from_step=20) == (20, 0.5, [10, 20], 2)
    assert not (run[0] / "model").exists()
    assert back(run, from_step=20) == (20, 0.5, [10, 20], 2)
    assert back(run, from_step=10, rate_factor=0.25) == (10, 0.25, [10], 3)
    run[1].save(11, {"model/0000/w": np.zeros(2, "float32")}, {})
    assert back(run, from_step=10, rate_factor=0.25) == (11, 0.25, [10, 11], 3)
    assert back(run) == (11, 0.25, [10, 11], 3)
    assert back(run, from_step=0) == (0, 0.25, [], 4)
    steps = [change["from_step"] for change in read_changes(run[0])]
    assert steps == [30, 20, 10, 0]


def test_it_says_what_is_gone(run):
    lines = []
    back(run, from_step=10, message=lines.append)
    assert len(lines) == 1 and "What came after it, up to step 30, is removed." in lines[0]


@pytest.mark.parametrize("content", [{}, [1], [{"from_step": 1}], [{"rate_factor": "x"}], 3])
def test_a_damaged_file_of_changes_is_named(run, content):
    (run[0] / "changes.json").write_text(json.dumps(content))
    if content == {}:
        assert read_changes(run[0]) == []
        return
    with pytest.raises(InputError, match=r"changes.json is damaged: expected a list"):
        back(run)


def test_advice_halves_the_rate_once_more():
    assert "--rate-factor 0.25 goes on from the newest checkpoint, step 20" in advice([10, 20], 0.5)
    assert "--from-step 10 or --from-step 0 as well" in advice([10, 20], 0.5)
