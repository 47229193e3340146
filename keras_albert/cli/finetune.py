"""keras-albert finetune."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result, stepping
from keras_albert.cli.record import Record
from keras_albert.files import read_json

Labelled = Annotated[
    Path,
    typer.Option(help='Labelled texts: .jsonl, .csv or .tsv with "text", "label", "text_pair".'),
]

# What is printed; the rest is in metrics.json.
SHOWN = ("accuracy", "interval", "n", "chance", "best_seed", "best_epoch", "last_epoch")


def finetune(
    model: options.Model,
    task: Annotated[str, typer.Option(metavar="text-classification", help="What to learn.")],
    train: Labelled,
    validation: Labelled,
    output: options.Output,
    learning_rate: Annotated[float | None, typer.Option(help="By default 3e-5.")] = None,
    epochs: Annotated[int | None, typer.Option(help="By default 3.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="By default 32.")] = None,
    sequence_length: Annotated[int | None, typer.Option(help="Tokens; by default 128.")] = None,
    seed: Annotated[
        list[int] | None, typer.Option(metavar="N...", help="One run each; the best is kept.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="A JSON file of these and further settings.")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Random weights, to compare with.")
    ] = False,
) -> None:
    """Fine-tune a pretrained model on labelled texts.

    Makes OUTPUT/ with model/, metrics.json, versions.json and command.json.
    """
    record = Record("finetune", locals())
    given = {
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size,
        "sequence_length": sequence_length,
        "seeds": tuple(seed) if seed else None,
    }
    with quiet_imports():
        from keras_albert.training.finetune import finetune as run
        from keras_albert.training.recipe import FinetuneSettings, check_settings
    content = read_json(settings) if settings else {}
    if isinstance(content, dict):
        content.update({name: value for name, value in given.items() if value is not None})
    checked = check_settings(FinetuneSettings, content, str(settings or "The settings"))
    with stepping("Fine-tuning") as progress:
        result = run(
            model,
            train,
            validation,
            output,
            task=task,
            settings=checked,
            from_scratch=from_scratch,
            progress=progress,
        )
    record.write(output / "command.json", result)
    show_result({"output": str(output), **{name: result[name] for name in SHOWN}})
