"""keras-albert pretrain."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert import presets_index
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import say, show_result, stepping
from keras_albert.cli.record import Record
from keras_albert.errors import InputError

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def pretrain(
    recipe: Annotated[str, typer.Option(help="A recipe's name or its JSON file.")],
    data: Annotated[Path, typer.Option(help="A token store, what the prepare command made.")],
    output: Annotated[
        Path, typer.Option(help="The run's folder. Given again, the run goes on where it stopped.")
    ],
    vocabulary: Annotated[
        Path | None, typer.Option(help="The vocabulary, if the store has no copy of it.")
    ] = None,
    keep_checkpoints: Annotated[int, typer.Option(help="How many of the newest to keep.")] = 2,
    from_step: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Go on from the checkpoint of this step, 0 for the beginning; later ones are "
            "removed. For a run that blew up, with --rate-factor.",
        ),
    ] = None,
    rate_factor: Annotated[
        float | None,
        typer.Option(help="From there on, the recipe's learning rate times this, such as 0.5."),
    ] = None,
) -> None:
    """Pretrain on masked tokens and sentence order, with checkpoints.

    Makes OUTPUT/ with recipe.json, versions.json, metrics.jsonl, loss.png, tensorboard/,
    checkpoints/ and model/; what --from-step and --rate-factor change stands in changes.json.
    Killed at any moment and started again, it ends with the same weights.
    """
    record = Record("pretrain", locals())
    # Said before the frameworks are imported, which takes seconds.
    if not Path(recipe).is_file() and Path(recipe).suffix != ".json":
        presets_index.recipe_path(recipe)
    if not data.exists():
        raise InputError(f"No token store at {data}: there is no such folder. Prepare one first.")
    with quiet_imports():
        from keras_albert.training.pretraining.run import pretrain as run
    with stepping("Pretraining") as progress:
        result = run(
            recipe,
            data,
            output,
            tokenizer=vocabulary,
            progress=progress,
            message=say,
            keep_checkpoints=keep_checkpoints,
            from_step=from_step,
            rate_factor=rate_factor,
        )
    summary = {
        "output": str(output),
        "step": result.step,
        "completed": result.completed,
        "model": str(result.model) if result.model else None,
        "metrics": dict(result.metrics),
    }
    record.write(output / "command.json", summary)
    show_result(summary)
    if not result.completed:
        raise typer.Exit(INTERRUPTED)
