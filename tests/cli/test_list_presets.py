"""keras-albert list."""

from collections.abc import Callable
from typing import Any

from keras_albert import presets_index
from keras_albert.benchmarks import task_names


def test_it_names_everything(run: Callable[..., Any]) -> None:
    found = run("list")
    assert found["tasks"] == task_names()
    assert found["architectures"] == presets_index.names()
    assert run("list", "recipes") == presets_index.recipe_names()


def test_fine_tuning_recipes_come_with_their_numbers_and_sources(run: Callable[..., Any]) -> None:
    found = run("list", "finetuning")
    assert found["squad2"]["learning_rate"] == 3e-5
    assert "Table 14" in found["squad2"]["sources"]["learning_rate"]


def test_an_unknown_kind_is_refused(refused: Callable[..., str]) -> None:
    assert "Did you mean 'recipes'?" in refused("list", "recipe")
