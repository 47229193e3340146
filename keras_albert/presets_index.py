"""Preset names: what they stand for, checked, with the near name suggested for a wrong one."""

from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json

Checked = TypeVar("Checked", bound=pydantic.BaseModel)


class Architecture(pydantic.BaseModel):
    """A network that can be built by name, each fact with its source.

    Attributes:
        name: what it is called on a command line and in `from_preset`.
        description: one line.
        backbone: `AlbertBackbone`'s constructor arguments.
        backbone_parameters: how many numbers the backbone's weights hold.
        source: where the facts come from: source -> names of the facts. Every argument and
            `backbone_parameters` appear exactly once.
        notes: what a reader who compares with other implementations should know.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    backbone: dict[str, int | float | str]
    backbone_parameters: pydantic.PositiveInt
    source: dict[str, list[str]]
    notes: list[str] = []

    @pydantic.model_validator(mode="after")
    def _every_fact_has_one_source(self) -> "Architecture":
        named = sorted(fact for facts in self.source.values() for fact in facts)
        facts = sorted([*self.backbone, "backbone_parameters"])
        if named != facts:
            wrong = set(named) ^ set(facts) or {n for n in named if named.count(n) > 1}
            raise ValueError(f"facts without exactly one source: {', '.join(sorted(wrong))}")
        return self


def _folder(kind: str) -> Path:
    return Path(str(files("keras_albert.presets").joinpath(kind)))


def _known(kind: str) -> list[str]:
    return sorted(path.stem for path in _folder(kind).glob("*.json"))


def _path(kind: str, what: str, name: str) -> Path:
    choices = _known(kind)
    if name not in choices:
        raise InputError(
            f"There is no {what} named {name!r}.{suggest(name, choices)} "
            f"Known: {', '.join(choices)}."
        )
    return _folder(kind) / f"{name}.json"


def read_checked(path: str | Path, model: type[Checked], what: str) -> Checked:
    """A preset's file, checked.

    Args:
        path: of a JSON file.
        model: what it must fit.
        what: what to call it, such as "an architecture".

    Raises:
        InputError: the file cannot be read, a field is missing, unknown or of the wrong type.
    """
    content: Any = read_json(path)
    try:
        return model.model_validate(content)
    except pydantic.ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise InputError(f"{path} is not {what}: {problems}.") from error


def names() -> list[str]:
    """The names of all architectures, sorted."""
    return _known("architectures")


def recipe_names() -> list[str]:
    """The names of all recipes, sorted."""
    return _known("recipes")


def checkpoint_names() -> list[str]:
    """The names of all published checkpoints, sorted."""
    return _known("checkpoints")


def architecture(name: str) -> Architecture:
    """The architecture of that name.

    Args:
        name: such as "albert_base_v2"; `names()` lists them.

    Raises:
        InputError: there is none; the nearest is suggested.
    """
    return read_architecture(_path("architectures", "architecture", name))


def read_architecture(path: str | Path) -> Architecture:
    """An architecture file, checked.

    Raises:
        InputError: the file cannot be read, a field is missing, unknown or of the wrong type.
    """
    return read_checked(path, Architecture, "an architecture")


def recipe_path(name: str) -> Path:
    """The file of the recipe of that name.

    Args:
        name: such as "albert_micro"; `recipe_names()` lists them.

    Raises:
        InputError: there is none; the nearest is suggested.
    """
    return _path("recipes", "recipe", name)


def finetune_recipe_names() -> list[str]:
    """The names of all fine-tuning recipes, sorted."""
    return _known("finetuning")


def finetune_recipe_path(name: str) -> Path:
    """The file of the fine-tuning recipe of that name.

    Args:
        name: such as "mnli"; `finetune_recipe_names()` lists them.

    Raises:
        InputError: there is none; the nearest is suggested.
    """
    return _path("finetuning", "fine-tuning recipe", name)


def checkpoint_path(name: str) -> Path:
    """The file that says where the published checkpoint of that name is.

    Args:
        name: such as "albert_base_v2"; `checkpoint_names()` lists them.

    Raises:
        InputError: there is none; the nearest is suggested.
    """
    return _path("checkpoints", "published checkpoint", name)


def weights_folder(name: str) -> Path | None:
    """The preset folder with trained weights that ships under that name, if one does.

    Raises:
        InputError: `name` is no architecture at all; the nearest is suggested.
    """
    _path("architectures", "architecture", name)
    folder = _folder("weights") / name
    return folder if folder.is_dir() else None
