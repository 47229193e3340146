"""Recipes of fine-tuning: the paper's Table 14, and the rule that fits them to small data."""

import math
from pathlib import Path
from typing import Any

import pydantic

from keras_albert import files, presets_index
from keras_albert.training.recipe import (
    FinetuneSettings,
    LoraSettings,
    Settings,
    check_settings,
)

# A batch is no larger than what leaves this many updates an epoch, but at least MIN_BATCH.
MIN_UPDATES_AN_EPOCH = 50
MIN_BATCH = 8
MOST_EPOCHS = 10


class FinetuneRecipe(Settings):
    """The settings a task was fine-tuned with in the paper.

    Attributes:
        name: such as "mnli".
        source: what the recipe as a whole follows.
        learning_rate: the rate the warm-up heads for.
        batch_size: rows an update.
        steps: updates.
        warmup_steps: of these.
        backbone_dropout: in the network (the paper's "ALBERT DR").
        dropout: in front of the head (the paper's "Classifier DR").
        sequence_length: tokens a row (the paper's "MSL").
        layer_decay: see `FinetuneSettings`; not in the paper's table, so that it may be left out.
        lora: the same.
        sources: where each number comes from.
    """

    name: str
    source: str
    learning_rate: float = pydantic.Field(gt=0)
    batch_size: int = pydantic.Field(ge=1)
    steps: int = pydantic.Field(ge=1)
    warmup_steps: int = pydantic.Field(ge=0)
    backbone_dropout: float = pydantic.Field(ge=0, lt=1)
    dropout: float = pydantic.Field(ge=0, lt=1)
    sequence_length: int = pydantic.Field(ge=8)
    layer_decay: float | None = pydantic.Field(default=None, gt=0, le=1)
    lora: LoraSettings | None = None
    sources: dict[str, str]

    @pydantic.model_validator(mode="after")
    def _every_number_has_a_source(self) -> "FinetuneRecipe":
        numbers = self.model_fields_set - {"name", "source", "sources"}
        if numbers != set(self.sources):
            wrong = ", ".join(sorted(numbers ^ set(self.sources)))
            raise ValueError(f"numbers and sources do not agree: {wrong}")
        return self


def load_finetune_recipe(name_or_file: str | Path) -> FinetuneRecipe:
    """Reads and checks a recipe, from a JSON file or from the presets by name.

    Raises:
        InputError: there is no such file or preset, or the recipe is wrong.
    """
    path = Path(name_or_file)
    if path.suffix != ".json" and not path.is_file():
        path = presets_index.finetune_recipe_path(str(name_or_file))
    return check_settings(FinetuneRecipe, files.read_json(path), str(path))


def scaled_settings(
    recipe: FinetuneRecipe, given: FinetuneSettings, examples: int
) -> FinetuneSettings:
    """A recipe fitted to the data at hand; what was given explicitly stays as it is.

    The rule:

    - batch: the table's, but no larger than the power of two that leaves 50 updates an epoch, and
      not below 8.
    - updates: the table's, but at most 10 epochs.
    - warm-up: the table's share of the updates.
    - learning rate, dropouts and sequence length: the table's.

    Args:
        recipe: what to fit.
        given: settings; those set explicitly go before the recipe's.
        examples: how many rows there are to learn from.

    >>> recipe = load_finetune_recipe("mnli")
    >>> settings = scaled_settings(recipe, FinetuneSettings(), 2000)
    >>> settings.batch_size, settings.epochs, settings.steps, settings.warmup_fraction
    (32, 10, 620, 0.1)
    """
    fixed: dict[str, Any] = {name: getattr(given, name) for name in given.model_fields_set}
    fitting = 1 << max(0, math.floor(math.log2(max(1, examples / MIN_UPDATES_AN_EPOCH))))
    batch_size = fixed.get("batch_size", min(recipe.batch_size, max(MIN_BATCH, fitting)))
    an_epoch = max(1, examples // batch_size)
    steps = min(recipe.steps, MOST_EPOCHS * an_epoch)
    scaled = {
        "learning_rate": recipe.learning_rate,
        "batch_size": batch_size,
        "epochs": math.ceil(steps / an_epoch),
        "warmup_fraction": recipe.warmup_steps / recipe.steps,
        "backbone_dropout": recipe.backbone_dropout,
        "dropout": recipe.dropout,
        "sequence_length": recipe.sequence_length,
    }
    optional = {"layer_decay": recipe.layer_decay, "lora": recipe.lora}
    scaled |= {name: value for name, value in optional.items() if value is not None}
    if "epochs" not in fixed:
        scaled["steps"] = steps
    return FinetuneSettings(**{**scaled, **fixed})
