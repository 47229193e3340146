"""keras-albert evaluate."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import say, show_result, stepping
from keras_albert.cli.record import Record


def evaluate(
    model: options.Model,
    data: Annotated[
        str,
        typer.Option(
            help="What the model has not seen: a token store of documents for a pretrained model, "
            "a file of examples (or datasets:SPLIT, datasets:NAME:SPLIT) for a fine-tuned one."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            help="Pretrained: the JSON file, or a folder for evaluation.json, by default the run. "
            "Fine-tuned: the folder for metrics.json and predictions.jsonl, by default none."
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Rows at a time.")] = 32,
    sequence_length: Annotated[
        int | None, typer.Option(help="Tokens a row; by default as trained.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What pairs and masks are drawn from.")] = 0,
    depths: Annotated[
        str | None,
        typer.Option(
            metavar="all|N,N,...", help="Measure after so many layers too: quality against depth."
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(help="Fine-tuned: read DATA as this task's, such as glue/ax after glue/mnli."),
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(help="Fine-tuned: the answers as the benchmark's server wants them."),
    ] = None,
    unlabelled: Annotated[
        bool, typer.Option("--unlabelled", help="Fine-tuned: DATA is a test set without labels.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Fine-tuned: leave out what cannot be used.")
    ] = False,
    text_column: options.TextColumn = None,
    text_pair_column: options.TextPairColumn = None,
    label_column: options.LabelColumn = None,
    encoding: options.Encoding = None,
    separator: options.Separator = None,
) -> None:
    """Measure a model on data it has not seen.

    A pretrained one: masked-token and sentence-order accuracy, beside chance; every document is
    cut and masked once, the same way for every model. A fine-tuned one: the task's official
    metrics. Intervals are Wilson's at 95%.
    """
    record = Record("evaluate", locals())
    asked_depths = options.depths(depths)
    with quiet_imports():
        from keras_albert.benchmarks.columns import ReadingOptions
        from keras_albert.benchmarks.hub_datasets import is_named
        from keras_albert.training.evaluation.evaluate import evaluate as run
        from keras_albert.training.evaluation.evaluate_task import evaluate_task, is_finetuned
    if is_finetuned(model) or Path(data).is_file() or is_named(data):
        with stepping("Answering") as progress:
            result = evaluate_task(
                model,
                data,
                output,
                task=task,
                submission=submission,
                labelled=not unlabelled,
                batch_size=batch_size,
                sequence_length=sequence_length,
                depths=asked_depths,
                skip_bad=skip_bad,
                reading=ReadingOptions(
                    text_column=text_column,
                    text_pair_column=text_pair_column,
                    label_column=label_column,
                    encoding=encoding,
                    separator=separator,
                ),
                progress=lambda done, total: progress(done, total, {}),
                message=say,
            )
        if output is not None:
            record.write(output / "command.json", result)
        show_result({key: value for key, value in result.items() if key != "labels"})
        return
    if output is not None and (output.is_dir() or not output.suffix):
        output = output / "evaluation.json"
    with stepping("Evaluating") as progress:
        result = run(
            model,
            data,
            batch_size=batch_size,
            sequence_length=sequence_length,
            seed=seed,
            depths=asked_depths,
            progress=lambda done, total: progress(done, total, {}),
        )
    if output is None and (Path(model) / "recipe.json").is_file():
        output = Path(model) / "evaluation.json"
    if output is not None:
        record.write(output, result)
    show_result(result)
