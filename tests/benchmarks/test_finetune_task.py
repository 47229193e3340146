"""FinetuneTask: what a task has that says nothing."""

import pytest

from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


class _Task(FinetuneTask):
    name, main_metric = "nothing", "accuracy"
    read = build = encode = decode = metrics = lambda self: None


def test_its_settings_are_what_it_learned():
    task = _Task()
    task.learn(None)
    task.tune(None, [])
    assert task.settings() == {"task": "nothing", "labels": None, "threshold": None}


def test_there_is_no_submission_unless_a_task_has_one(tmp_path):
    with pytest.raises(InputError, match="nothing has no format for submissions"):
        _Task().write_submission([], tmp_path / "file")
    with pytest.raises(InputError, match="nothing has no format for submissions"):
        _Task().submission_file(tmp_path)


def test_a_task_says_everything():
    with pytest.raises(TypeError, match="read"):
        type("Half", (FinetuneTask,), {"name": "half", "main_metric": "accuracy"})()
