"""keras-albert report."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli.console import show_result


def report(
    run: Annotated[
        Path, typer.Option(help="A folder that the finetune or the evaluate command made.")
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
    """Make an HTML page of a fine-tuned model's results and of its worst answers.

    One file without links to others: metrics, learning curves, quality against depth, confusions,
    calibration, examples; answers to questions are marked in their passage.
    """
    from keras_albert.reports import write_report

    show_result(write_report(run, output, examples=examples, beside=beside or ()))
