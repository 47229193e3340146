"""keras-albert list."""

from typing import Annotated

import typer

from keras_albert.cli.console import show_result
from keras_albert.errors import InputError, suggest

KINDS = ("tasks", "architectures", "checkpoints", "recipes", "finetuning")


def list(
    kind: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(KINDS)}; by default all.")
    ] = None,
) -> None:
    """Name what can be asked for: tasks, architectures, published checkpoints, recipes.

    Fine-tuning recipes are shown with their settings and where these come from.
    """
    from keras_albert import presets_index
    from keras_albert.benchmarks import task_names
    from keras_albert.files import read_json

    if kind is not None and kind not in KINDS:
        raise InputError(
            f"There is no list of {kind!r}; known: {', '.join(KINDS)}.{suggest(kind, KINDS)}"
        )
    recipes = presets_index.finetune_recipe_names()
    found = {
        "tasks": task_names(),
        "architectures": presets_index.names(),
        "checkpoints": presets_index.checkpoint_names(),
        "recipes": presets_index.recipe_names(),
        "finetuning": recipes,
    }
    if kind == "finetuning":
        show_result({name: read_json(presets_index.finetune_recipe_path(name)) for name in recipes})
    else:
        show_result(found if kind is None else found[kind])
