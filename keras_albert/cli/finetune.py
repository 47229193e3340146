"""keras-albert finetune."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import say, show_result, stepping
from keras_albert.cli.record import Record
from keras_albert.errors import InputError
from keras_albert.files import read_json

# What is printed; the rest is in metrics.json.
SHOWN = (
    *("main_metric", "metrics", "n", "interval", "chance", "best_seed", "best_epoch"),
    *("last_epoch", "depths", "collapsed"),
)
MORE = "More settings"


def finetune(
    model: options.Model,
    task: Annotated[
        str,
        typer.Option(
            metavar="TASK",
            help="What to learn: text-classification, squad2, glue/mnli, race, ner, ... "
            "`keras-albert list tasks` names all.",
        ),
    ],
    train: Annotated[str, typer.Option(help="What to learn from, in the task's file format.")],
    validation: Annotated[str, typer.Option(help="What to choose the best epoch and seed by.")],
    output: options.Output,
    recipe: Annotated[
        str | None,
        typer.Option(help="A fine-tuning recipe, by name or as a file; by default the task's."),
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="By default the recipe's, or 3e-5.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="By default the recipe's, or 3.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="By default the recipe's, or 32.")] = None,
    sequence_length: Annotated[
        int | None, typer.Option(help="Tokens; by default the recipe's, or the task's.")
    ] = None,
    seed: Annotated[
        list[int] | None, typer.Option(metavar="N...", help="One run each; the best is kept.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Updates at most.", rich_help_panel=MORE)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Epochs without a better one that end a seed.", rich_help_panel=MORE),
    ] = None,
    class_weights: Annotated[
        str | None,
        typer.Option(
            metavar="balanced", help="Rare labels count as much as others.", rich_help_panel=MORE
        ),
    ] = None,
    elastic: Annotated[
        bool,
        typer.Option(
            "--elastic",
            help="Train every depth at once: quality against depth is in metrics.json, and "
            "predict --exit and --depths work.",
        ),
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option(help="Use so many layers only, to compare with.", rich_help_panel=MORE),
    ] = None,
    lora: Annotated[
        int | None,
        typer.Option(
            metavar="RANK",
            help="Train adapters of this rank and the head alone. model/ has them added to its "
            "weights; adapters.lora.h5 has them alone.",
            rich_help_panel=MORE,
        ),
    ] = None,
    layer_decay: Annotated[
        float | None,
        typer.Option(
            help="Where layers share no weights: the learning rate, times this for each layer "
            "downwards, such as 0.8.",
            rich_help_panel=MORE,
        ),
    ] = None,
    task_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE...",
            help="Of the task: squad's n_best, max_answer_tokens, stride and head, conll's "
            "word_column and tag_column.",
            rich_help_panel=MORE,
        ),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="A JSON file of these and further settings.")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Random weights, to compare with.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out examples that cannot be used.")
    ] = False,
    text_column: options.TextColumn = None,
    text_pair_column: options.TextPairColumn = None,
    label_column: options.LabelColumn = None,
    encoding: options.Encoding = None,
    separator: options.Separator = None,
) -> None:
    """Fine-tune a pretrained model on a task.

    Makes OUTPUT/ with model/, metrics.json, predictions.jsonl, versions.json and command.json.
    Stopped, the same command goes on after the last finished epoch.
    """
    record = Record("finetune", locals())
    given = {
        "learning_rate": learning_rate,
        "epochs": epochs,
        "batch_size": batch_size,
        "sequence_length": sequence_length,
        "seeds": tuple(seed) if seed else None,
        "steps": steps,
        "patience": patience,
        "class_weights": class_weights,
        "depth": depth,
        "lora": None if lora is None else {"rank": lora},
        "layer_decay": layer_decay,
    }
    with quiet_imports():
        from keras_albert.benchmarks import task_named
        from keras_albert.benchmarks.columns import ReadingOptions
        from keras_albert.training.finetuning.finetune import finetune as run
        from keras_albert.training.recipe import FinetuneSettings, check_settings
    content = read_json(settings) if settings else {}
    if isinstance(content, dict):
        content.update({name: value for name, value in given.items() if value is not None})
        if elastic and content.get("elastic") is None:
            content["elastic"] = {}
    asked = task_named(task, **_task_options(task_option or ()))
    asked.reading = ReadingOptions(
        text_column=text_column,
        text_pair_column=text_pair_column,
        label_column=label_column,
        encoding=encoding,
        separator=separator,
    )
    checked = check_settings(FinetuneSettings, content, str(settings or "The settings"))
    with stepping("Fine-tuning") as progress:
        result = run(
            model,
            train,
            validation,
            output,
            task=asked,
            settings=checked,
            recipe=recipe,
            from_scratch=from_scratch,
            skip_bad=skip_bad,
            progress=progress,
            message=say,
        )
    record.write(output / "command.json", result)
    show_result({"output": str(output), **{name: result[name] for name in SHOWN if name in result}})


def _task_options(given: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE: a value is JSON where it can be read as such, and a text otherwise."""
    options: dict[str, Any] = {}
    for option in given:
        name, equals, value = option.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"--task-option {option}: expected NAME=VALUE, such as stride=64.")
        try:
            options[name] = json.loads(value)
        except json.JSONDecodeError:
            options[name] = value
    return options
