"""keras-albert predict."""

import sys
from collections.abc import Sequence
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
    text_pair: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT...", help="The second text of each pair, as many as --text."),
    ] = None,
    top_k: Annotated[int, typer.Option(min=1, help="How many tokens a [MASK], or answers.")] = 5,
) -> None:
    """Answer texts with a model: its label, the likeliest tokens for each [MASK], or an answer.

    A question answerer is given the question as --text and the passage as --text-pair.

    Prints a JSON list with an object for each text.
    """
    first = _texts(text)
    texts: Sequence[str] | Sequence[tuple[str, str]] = first
    if text_pair:
        if len(text_pair) != len(texts):
            raise InputError(
                f"There are {len(texts)} texts and {len(text_pair)} second ones: give as many "
                "with --text-pair as with --text."
            )
        texts = list(zip(first, text_pair, strict=True))
    with quiet_imports():
        from keras_albert.inference import load_predictor

        predictor = load_predictor(model)
    show_result(predictor.predict(texts, top_k=top_k))


def _texts(given: Sequence[str]) -> list[str]:
    texts: list[str] = []
    for text in given:
        texts += sys.stdin.read().splitlines() if text == "-" else [text]
    if not any(text.strip() for text in texts):
        raise InputError("There is no text to answer.")
    return texts
