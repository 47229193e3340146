"""The registry: every name leads to a class that has it."""

import pytest

from keras_albert.benchmarks import restore, task_named, task_names
from keras_albert.errors import InputError
from keras_albert.training.finetuning.finetune_recipe import load_finetune_recipe

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", task_names())
def test_a_task_has_its_name_and_comes_back_from_its_settings(name):
    task = task_named(name)
    assert task.name == name and task.main_metric
    task.labels, task.threshold = ["a", "b"], 0.25
    again = restore(task.settings())
    assert type(again) is type(task) and again.settings() == task.settings()
    if task.recipe is not None:
        assert load_finetune_recipe(task.recipe).name == task.recipe


def test_an_alias_is_the_task():
    assert task_named("ner").name == "token-classification"


def test_wrong_names_and_options_are_named():
    with pytest.raises(InputError, match="Did you mean 'squad2'"):
        task_named("sqaud2")
    with pytest.raises(InputError, match="text-classification takes no such option"):
        task_named("text-classification", wings=2)
    with pytest.raises(InputError, match='"task"'):
        restore({"labels": []})
