"""Fine-tuning recipes: Table 14 as printed, and the rule for small data."""

import json

import pytest

from keras_albert import presets_index
from keras_albert.errors import InputError
from keras_albert.training import FinetuneSettings
from keras_albert.training.finetuning.finetune_recipe import load_finetune_recipe, scaled_settings

pytestmark = pytest.mark.once

# Lan et al. 2019 (arXiv 1909.11942), Table 14: LR, batch, ALBERT dropout, steps, warm-up, length.
TABLE = {
    "cola": (1e-5, 16, 0, 5336, 320, 512),
    "stsb": (2e-5, 16, 0, 3598, 214, 512),
    "sst2": (1e-5, 32, 0, 20935, 1256, 512),
    "mnli": (3e-5, 128, 0, 10000, 1000, 512),
    "qnli": (1e-5, 32, 0, 33112, 1986, 512),
    "qqp": (5e-5, 128, 0.1, 14000, 1000, 512),
    "rte": (3e-5, 32, 0.1, 800, 200, 512),
    "mrpc": (2e-5, 32, 0, 800, 200, 512),
    "wnli": (2e-5, 16, 0.1, 2000, 250, 512),
    "squad1": (5e-5, 48, 0, 3649, 365, 384),
    "squad2": (3e-5, 48, 0, 8144, 814, 512),
    "race": (2e-5, 32, 0.1, 12000, 1000, 512),
    "race_v2": (1e-5, 32, 0, 12000, 1000, 512),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_recipe_has_the_tables_numbers(name):
    recipe = load_finetune_recipe(name)
    found = (recipe.learning_rate, recipe.batch_size, recipe.backbone_dropout, recipe.steps)
    assert (*found, recipe.warmup_steps, recipe.sequence_length) == TABLE[name]
    assert recipe.dropout == 0.1
    assert all("1909.11942" in s or "google-research/albert" in s for s in recipe.sources.values())


def test_no_recipe_is_without_a_test():
    assert presets_index.finetune_recipe_names() == sorted(TABLE)


def test_large_data_gets_the_table():
    # MNLI has 392,702 training pairs.
    settings = scaled_settings(load_finetune_recipe("mnli"), FinetuneSettings(), 392_702)
    assert (settings.batch_size, settings.steps, settings.epochs) == (128, 10_000, 4)
    assert settings.warmup_fraction == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("examples", "batch_size", "steps"),
    # The power of two at or below examples / 50; ten epochs of whole batches.
    [(40_000, 128, 3120), (2_000, 32, 620), (600, 8, 750), (10, 8, 10)],
)
def test_small_data_gets_smaller_batches_and_ten_epochs(examples, batch_size, steps):
    settings = scaled_settings(load_finetune_recipe("mnli"), FinetuneSettings(), examples)
    assert (settings.batch_size, settings.steps) == (batch_size, steps)
    assert settings.epochs == 10 and settings.learning_rate == 3e-5


def test_what_is_given_stays():
    given = FinetuneSettings(batch_size=4, epochs=2, dropout=0.3, seeds=(1, 2))
    settings = scaled_settings(load_finetune_recipe("rte"), given, 1000)
    assert (settings.batch_size, settings.epochs, settings.dropout) == (4, 2, 0.3)
    assert settings.steps is None and settings.seeds == (1, 2)
    assert settings.learning_rate == 3e-5


def test_a_recipe_is_checked(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'mnli'"):
        load_finetune_recipe("mnil")
    content = json.loads(presets_index.finetune_recipe_path("rte").read_text())
    del content["sources"]["steps"]
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"mine.json: .*do not agree: steps"):
        load_finetune_recipe(file)
