"""keras-albert report."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli.console import show_result


def report(
    run: Annotated[
        Path,
        typer.Option(help="A folder that finetune or evaluate made, or a pretraining run's."),
    ],
    output: Annotated[
        Path | None, typer.Option(help="The page; by default report.html in the folder.")
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, help="How many of the worst examples to show.")
    ] = 20,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="RUN...", help="Models trained with so many layers, beside the depth curve."
        ),
    ] = None,
) -> None:
    """Make an HTML page of a model's results and, of a fine-tuned one, of its worst answers.

    One file without links to others: metrics, learning curves, quality against depth, confusions,
    calibration, examples; answers to questions are marked in their passage. Of a pretraining run
    that was evaluated: losses, accuracies beside chance, both against depth.
    """
    from keras_albert.reports import write_pretraining_report, write_report

    if (run / "evaluation.json").is_file() and not (run / "metrics.json").is_file():
        show_result(write_pretraining_report(run, output, beside=beside or ()))
        return
    show_result(write_report(run, output, examples=examples, beside=beside or ()))
