"""keras-albert tune-exit."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result


def tune_exit(
    model: options.Model,
    data: Annotated[
        Path, typer.Option(help="Labelled examples that the model was not trained on.")
    ],
    loss: Annotated[
        float, typer.Option(min=0, max=0.99, help="Share of the main metric that may be lost.")
    ] = 0.01,
    exit_criterion: Annotated[
        str | None, typer.Option(metavar="confidence|entropy|patience", help="By default the best.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Rows at a time.")] = 32,
    text_column: options.TextColumn = None,
    text_pair_column: options.TextPairColumn = None,
    label_column: options.LabelColumn = None,
    encoding: options.Encoding = None,
    separator: options.Separator = None,
) -> None:
    """Find when texts may leave a model's layers early, for predict --exit auto.

    Answers DATA at every depth once and keeps, as exit.json in the model's folder, the cheapest
    threshold that loses no more than is allowed. Best with a model made by finetune --elastic.
    """
    with quiet_imports():
        from keras_albert.benchmarks.columns import ReadingOptions
        from keras_albert.inference.early_exit.exit_rule import CRITERIA
        from keras_albert.inference.early_exit.exit_tuning import tune_exit as run
    if exit_criterion is not None:
        options.check_choice("--exit-criterion", exit_criterion, CRITERIA)
    criteria = CRITERIA if exit_criterion is None else (exit_criterion,)
    reading = ReadingOptions(
        text_column=text_column,
        text_pair_column=text_pair_column,
        label_column=label_column,
        encoding=encoding,
        separator=separator,
    )
    result = run(model, data, loss=loss, criteria=criteria, batch_size=batch_size, reading=reading)
    show_result({key: value for key, value in result.items() if key != "curve"})
