"""Recipes: what is accepted, and that each mistake is named in one line."""

import copy
import json

import pytest

from keras_albert import presets_index
from keras_albert.errors import InputError
from keras_albert.training.recipe import (
    FinetuneSettings,
    Recipe,
    check_settings,
    load_recipe,
)


def changed(content, path, value):
    """A copy of `content` with the key at a dotted path set, or removed where value is None."""
    content = copy.deepcopy(content)
    *outer, key = path.split(".")
    inner = content
    for part in outer:
        inner = inner[part]
    if value is None:
        del inner[key]
    else:
        inner[key] = value
    return content


def test_a_recipe_is_read_from_a_file_and_written_back_the_same(recipe_content, tmp_path):
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(recipe_content))
    recipe = load_recipe(file)
    assert recipe.data.masking_probability == 0.15
    assert recipe.batches == 32
    file.write_text(json.dumps(recipe.model_dump(mode="json", exclude_unset=True)))
    assert load_recipe(file) == recipe


@pytest.mark.parametrize("name", presets_index.recipe_names())
def test_every_recipe_that_ships_is_valid_and_fits_its_architecture(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert isinstance(recipe.architecture, str)
    backbone = presets_index.architecture(recipe.architecture).backbone
    assert recipe.data.sequence_length <= backbone.get("max_sequence_length", 512)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "data.batch_siz",
            4,
            r"'data\.batch_siz' is not a known key\. Did you mean 'batch_size'\?",
        ),
        ("total_step", 4, r"'total_step' is not a known key\. Did you mean 'total_steps'\?"),
        ("optimizer.name", "lamp", r"optimizer\.name='lamp': input should be 'lamb' or 'adamw'"),
        ("total_steps", "ten", r"total_steps='ten': input should be a valid integer"),
        ("total_steps", None, r"'total_steps' is missing"),
        ("total_steps", 0, r"total_steps=0: input should be greater than or equal to 1"),
        ("optimizer.warmup_steps", 17, r"optimizer\.warmup_steps=17 is more than total_steps=16"),
        ("data.max_predictions", 30, r"max_predictions=30 is more than the tokens a row has"),
        ("precision", "float8", r"precision='float8': input should be 'float32'"),
        ("sources.seed", None, r"no source for seed"),
        ("sources.sed", "x", r"sources names 'sed', .* Did you mean 'seed'\?"),
    ],
)
def test_a_mistake_is_named_with_the_file(recipe_content, tmp_path, path, value, message):
    file = tmp_path / "my-recipe.json"
    file.write_text(json.dumps(changed(recipe_content, path, value)))
    with pytest.raises(InputError, match=message) as caught:
        load_recipe(file)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_a_misspelt_key_is_named_before_what_its_absence_causes(recipe_content, tmp_path):
    content = changed(recipe_content, "total_steps", None)
    content["total_stpes"] = 16
    with pytest.raises(
        InputError, match=r"'total_stpes' .* Did you mean 'total_steps'\? \(1 more\)"
    ):
        check_settings(Recipe, content, "r.json")


def test_one_source_can_stand_for_a_group_and_a_finer_one_beside_it(recipe_content):
    content = copy.deepcopy(recipe_content)
    content["sources"]["data.batch_size"] = "measured"
    recipe = check_settings(Recipe, content, "r.json")
    assert recipe.sources["data.batch_size"] == "measured"


def test_a_number_within_an_architecture_needs_a_source(recipe_content):
    content = changed(recipe_content, "sources.architecture", None)
    with pytest.raises(InputError, match=r"no source for architecture\.num_layers, architecture\."):
        check_settings(Recipe, content, "r.json")


def test_an_unknown_preset_is_suggested():
    with pytest.raises(InputError, match="Did you mean 'albert_micro'"):
        load_recipe("albert_micor")


@pytest.mark.parametrize("content", ["[]", "3", "{"])
def test_a_file_that_is_no_object_is_named(tmp_path, content):
    file = tmp_path / "recipe.json"
    file.write_text(content)
    with pytest.raises(InputError, match="recipe.json"):
        load_recipe(file)


def test_finetune_settings_know_their_keys():
    assert check_settings(FinetuneSettings, {"seeds": [1, 2]}, "s.json").seeds == (1, 2)
    with pytest.raises(InputError, match="Did you mean 'epochs'"):
        check_settings(FinetuneSettings, {"epoch": 2}, "s.json")
