"""keras-albert evaluate."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result, stepping
from keras_albert.cli.record import Record


def evaluate(
    model: options.Model,
    data: Annotated[
        Path, typer.Option(help="A token store of documents that the model has not seen.")
    ],
    output: Annotated[
        Path | None, typer.Option(help="The JSON file; by default evaluation.json in the run.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Rows at a time.")] = 32,
    sequence_length: Annotated[
        int | None, typer.Option(help="Tokens a row; by default as trained.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What pairs and masks are drawn from.")] = 0,
) -> None:
    """Measure masked-token and sentence-order accuracy on held-out text, beside chance.

    Every document is cut and masked once, the same way for every model. Intervals are Wilson's
    at 95%.
    """
    record = Record("evaluate", locals())
    with quiet_imports():
        from keras_albert.training.evaluate import evaluate as run
    with stepping("Evaluating") as progress:
        result = run(
            model,
            data,
            batch_size=batch_size,
            sequence_length=sequence_length,
            seed=seed,
            progress=lambda done, total: progress(done, total, {}),
        )
    if output is None and (Path(model) / "recipe.json").is_file():
        output = Path(model) / "evaluation.json"
    if output is not None:
        record.write(output, result)
    show_result(result)
