"""Recipes: the settings of one pretraining run, checked, every number with its source."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pydantic

from keras_albert import files, presets_index
from keras_albert.errors import InputError, suggest

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]


class Settings(pydantic.BaseModel):
    """Base of everything people write: unknown keys are errors, values cannot be changed later."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


S = TypeVar("S", bound=Settings)


class DataSettings(Settings):
    """How instances are made from a token store.

    Defaults: google-research/albert, `create_pretraining_data.py`; sequence length, batch size and
    predictions have none.
    """

    sequence_length: int = pydantic.Field(ge=8, description="Tokens a row, [CLS] and [SEP] too.")
    batch_size: int = pydantic.Field(ge=1, description="Rows a batch, over all devices.")
    max_predictions: int = pydantic.Field(ge=1, description="Masked tokens a row at most.")
    masking_probability: float = pydantic.Field(default=0.15, gt=0, lt=1)
    max_ngram: int = pydantic.Field(default=3, ge=1, le=10)
    short_sequence_probability: float = pydantic.Field(default=0.1, ge=0, le=1)
    mode: Literal["strict", "google"] = "strict"
    dupe_factor: int = pydantic.Field(default=40, ge=1, description="Cuts an epoch, google mode.")
    pair_objective: Literal["sentence_order", "next_sentence"] = "sentence_order"

    @pydantic.model_validator(mode="after")
    def _predictions_fit(self) -> "DataSettings":
        if self.max_predictions > self.sequence_length - 3:
            raise ValueError(
                f"max_predictions={self.max_predictions} is more than the tokens a row has: "
                f"sequence_length={self.sequence_length} less 3 special ones"
            )
        return self


class OptimizerSettings(Settings):
    """The optimizer and its schedule: linear warm-up, then linear decay to 0 at `total_steps`.

    Defaults: ALBERT's decay and clipping (google-research/albert, `optimization.py`).
    """

    name: Literal["lamb", "adamw"]
    learning_rate: float = pydantic.Field(gt=0, description="The rate the warm-up heads for.")
    warmup_steps: int = pydantic.Field(ge=0, description="Updates of warm-up.")
    weight_decay: float = pydantic.Field(default=0.01, ge=0)
    clip: float | None = pydantic.Field(default=1.0, gt=0, description="Global gradient norm.")


class ElasticSettings(Settings):
    """Training at several depths at once; see `models.ElasticTraining.train_depths`.

    Defaults: every depth at every step, weighed by its number of layers (PABEE, Zhou et al. 2020,
    section 3.3), without distillation.
    """

    min_depth: int = pydantic.Field(default=1, ge=1, description="The shallowest that is trained.")
    depths_per_step: int | None = pydantic.Field(
        default=None, ge=2, description="The shallowest, the full one, others in turn; all if null."
    )
    weighting: Literal["layer", "equal"] = "layer"
    distillation: float = pydantic.Field(
        default=0.0, ge=0, le=1, description="Share of a shallow loss that the full depth teaches."
    )
    temperature: float = pydantic.Field(default=1.0, gt=0, description="Of what it teaches.")


class Recipe(Settings):
    """One pretraining run.

    `sources` says where each number comes from: {"data.batch_size": "arXiv 1909.11942, section
    4.1", ...}. The keys are dotted field names, or a group ("optimizer", "architecture") for all
    the numbers in it. Every number the recipe sets must have one; what it leaves out keeps the
    default, whose source stands in the class.
    """

    name: str
    source: str = pydantic.Field(description="What the recipe as a whole follows.")
    architecture: str | dict[str, Any] = pydantic.Field(
        description="An architecture preset, or AlbertBackbone's arguments less vocabulary_size."
    )
    data: DataSettings
    optimizer: OptimizerSettings
    total_steps: int = pydantic.Field(ge=1, description="Updates of the weights.")
    gradient_accumulation: int = pydantic.Field(default=1, ge=1, description="Batches an update.")
    precision: Precision = "float32"
    elastic: ElasticSettings | None = pydantic.Field(
        default=None, description="Train several depths at once; null: the full one."
    )
    seed: int = pydantic.Field(ge=0, lt=2**31)
    checkpoint_every: int = pydantic.Field(default=1000, ge=1, description="In updates.")
    log_every: int = pydantic.Field(default=10, ge=1, description="In updates.")
    sources: dict[str, str]

    @pydantic.model_validator(mode="after")
    def _warmup_fits(self) -> "Recipe":
        if self.optimizer.warmup_steps > self.total_steps:
            raise ValueError(
                f"optimizer.warmup_steps={self.optimizer.warmup_steps} is more than "
                f"total_steps={self.total_steps}"
            )
        return self

    @pydantic.model_validator(mode="after")
    def _every_number_has_a_source(self) -> "Recipe":
        settings = self.model_dump(exclude_unset=True, exclude={"name", "source", "sources"})
        numbers = _number_paths(settings)
        known = {*numbers, *_all_paths(settings)}
        for key in self.sources:
            if key not in known:
                raise ValueError(
                    f"sources names {key!r}, which this recipe does not set.{suggest(key, known)}"
                )
        missing = [path for path in numbers if not self._source_of(path)]
        if missing:
            raise ValueError(
                f"no source for {', '.join(missing)}: say where each number comes from under "
                '"sources"'
            )
        return self

    def _source_of(self, path: str) -> str | None:
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            if found := self.sources.get(".".join(parts[:length])):
                return found
        return None

    @property
    def batches(self) -> int:
        """Batches the whole run reads: `total_steps` x `gradient_accumulation`."""
        return self.total_steps * self.gradient_accumulation


class LoraSettings(Settings):
    """Training low-rank matrices beside the products for queries, keys and values alone, and the
    task's head; see `AlbertBackbone.enable_lora` (Hu et al. 2021).
    """

    rank: int = pydantic.Field(ge=1, description="Of the matrices.")


class FinetuneSettings(Settings):
    """The settings of fine-tuning, the same for every seed.

    Defaults: ALBERT's paper, Table 14, has 1e-5 to 5e-5, batches of 16 to 128 and a warm-up near a
    tenth of the steps; classifier dropout 0.1. Where nothing is said, the sequence length is the
    task's, or as many positions as the model has; what a fine-tuning recipe sets takes the place of
    these defaults (see `scaled_settings`).

    `rate_factors` multiplies the learning rate by group: "embeddings", "encoder" (the transformer
    blocks and the projection into them), "pooler", "head". ALBERT's layers share one block's
    weights, so that the block is one group; where they do not (`sharing="none"`), "layer_0",
    "layer_1", ... multiply it further, and `layer_decay` lowers it from the head downwards.
    """

    learning_rate: float = pydantic.Field(default=3e-5, gt=0)
    epochs: int = pydantic.Field(default=3, ge=1)
    steps: int | None = pydantic.Field(
        default=None, ge=1, description="Updates at most, whatever the epochs."
    )
    batch_size: int = pydantic.Field(default=32, ge=1)
    sequence_length: int = pydantic.Field(default=128, ge=8)
    warmup_fraction: float = pydantic.Field(default=0.1, ge=0, le=1)
    weight_decay: float = pydantic.Field(default=0.01, ge=0)
    clip: float | None = pydantic.Field(default=1.0, gt=0)
    dropout: float = pydantic.Field(default=0.1, ge=0, lt=1, description="On the pooled vector.")
    backbone_dropout: float | None = pydantic.Field(
        default=None, ge=0, lt=1, description="In the network; None: as it was pretrained."
    )
    optimizer: Literal["lamb", "adamw"] = "adamw"
    precision: Precision = "float32"
    seeds: tuple[int, ...] = pydantic.Field(default=(0,), min_length=1)
    rate_factors: dict[
        Annotated[str, pydantic.Field(pattern=r"^(embeddings|encoder|pooler|head|layer_\d+)$")],
        Annotated[float, pydantic.Field(ge=0)],
    ] = pydantic.Field(default={}, description="On the learning rate, by group of weights.")
    layer_decay: float | None = pydantic.Field(
        default=None, gt=0, le=1, description="On the learning rate, once more a layer downwards."
    )
    lora: LoraSettings | None = pydantic.Field(
        default=None, description="Train adapters and the head alone; null: all weights."
    )
    elastic: ElasticSettings | None = pydantic.Field(
        default=None, description="Train several depths at once; null: the full one."
    )
    depth: int | None = pydantic.Field(
        default=None, ge=1, description="Build the network with this many layers, to compare with."
    )
    patience: int | None = pydantic.Field(
        default=None, ge=1, description="A seed ends after this many epochs without a better one."
    )
    class_weights: (
        Literal["balanced"] | dict[str, Annotated[float, pydantic.Field(gt=0)]] | None
    ) = pydantic.Field(
        default=None,
        description='On an example\'s loss, by label; "balanced": by the inverse of its frequency.',
    )


def load_recipe(name_or_file: str | Path) -> Recipe:
    """Reads and checks a recipe, from a JSON file or from the presets by name.

    Raises:
        InputError: there is no such file or preset, or the recipe is wrong: the file, the key and
            the nearest right key are named.
    """
    path = Path(name_or_file)
    if path.suffix != ".json" and not path.is_file():
        path = presets_index.recipe_path(str(name_or_file))
    return check_settings(Recipe, files.read_json(path), str(path))


def check_settings(settings: type[S], content: Any, where: str) -> S:
    """`content` as `settings`.

    Args:
        settings: the class to check against.
        content: what was read from JSON.
        where: the file or preset, for the message.

    Raises:
        InputError: what is wrong first, in one line, with the number of further errors.
    """
    if not isinstance(content, Mapping):
        raise InputError(f"{where}: expected a JSON object, found {type(content).__name__}.")
    try:
        return settings.model_validate(dict(content))
    except pydantic.ValidationError as error:
        problems = error.errors(include_url=False)
        # A misspelt key shows up twice, as an unknown key and as a missing one: name the cause.
        problems.sort(key=lambda problem: problem["type"] != "extra_forbidden")
        first = _describe(problems[0], settings)
        rest = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{where}: {first}{rest}") from None


_TYPES = ("str", "dict[")


def _describe(problem: Any, settings: type[Settings]) -> str:
    """One pydantic error in words."""
    # In a union pydantic appends the type it tried ("str", "dict[...]"), which is no key.
    location = ".".join(str(part) for part in problem["loc"] if not str(part).startswith(_TYPES))
    if problem["type"] == "extra_forbidden":
        *outer, key = problem["loc"]
        choices = _fields_at(settings, outer)
        return f"{location!r} is not a known key.{suggest(str(key), choices)}"
    if problem["type"] == "missing":
        return f"{location!r} is missing."
    if problem["type"] == "value_error":
        message = str(problem["ctx"]["error"])
        message = message if message.endswith("?") else f"{message}."
        return f"{location}: {message}" if location else message
    found = problem["input"]
    return f"{location}={found!r}: {problem['msg'][0].lower()}{problem['msg'][1:]}."


def _fields_at(settings: type[Settings], location: Sequence[Any]) -> list[str]:
    """The field names of the settings class that `location` leads to."""
    for part in location:
        field = settings.model_fields.get(str(part))
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, Settings):
            settings = inner
    return list(settings.model_fields)


def _all_paths(content: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted paths of every key in a tree of dicts."""
    paths = []
    for key, value in content.items():
        paths.append(prefix + key)
        if isinstance(value, Mapping):
            paths += _all_paths(value, f"{prefix}{key}.")
    return paths


def _number_paths(content: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The dotted paths of every number in a tree of dicts; booleans are not numbers.

    >>> _number_paths({"a": 1, "b": {"c": 0.5, "d": "x"}, "e": True})
    ['a', 'b.c']
    """
    paths = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            paths += _number_paths(value, f"{prefix}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            paths.append(prefix + key)
    return paths
