"""keras-albert predict."""

import sys
from typing import Annotated

import typer

from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result
from keras_albert.errors import InputError


def predict(
    model: Annotated[str, typer.Option(help="A run's folder, or what the export command made.")],
    text: Annotated[
        list[str],
        typer.Option(metavar="TEXT...", help="What to answer; - reads a text a line from stdin."),
    ],
) -> None:
    """Answer texts with a model: its label, or the likeliest tokens for each [MASK].

    Prints a JSON list with an object for each text.
    """
    texts = [line for given in text for line in _texts(given)]
    if not texts:
        raise InputError("There is no text to answer: standard input is empty.")
    with quiet_imports():
        from keras_albert.inference import load_predictor
    predictor = load_predictor(model)
    show_result(predictor.predict(texts))


def _texts(given: str) -> list[str]:
    if given != "-":
        return [given]
    return [line for line in sys.stdin.read().splitlines() if line.strip()]
