"""keras-albert predict."""

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, say, show_answers, show_result
from keras_albert.cli.exit_option import exit_predictor
from keras_albert.errors import InputError
from keras_albert.files import sha256


def predict(
    model: Annotated[str, typer.Option(help="A run's folder, or what the export command made.")],
    text: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT...", help="What to answer; - reads a text a line from stdin."),
    ] = None,
    text_pair: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT...", help="The second text of each pair, as many as --text."),
    ] = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="Rows (text, text_pair; question, context; words; context, question, options) as "
            "JSON, CSV, TSV or Parquet, or a text a line; - is stdin.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="For --input: JSON lines, an answer each. After a crash the same command goes on."
        ),
    ] = None,
    skip_bad: Annotated[
        bool,
        typer.Option("--skip-bad", help='Answer bad lines with {"line", "error"} and go on.'),
    ] = False,
    top_k: Annotated[
        int, typer.Option(min=1, help="How many tokens for each [MASK], or answers.")
    ] = 5,
    depth: Annotated[
        int | None,
        typer.Option(min=1, help="How many layers to run; by default as the model is set."),
    ] = None,
    exit_at: Annotated[
        str | None,
        typer.Option(
            "--exit",
            metavar="auto|NUMBER",
            help="Leave the layers when sure: auto, as tune-exit found, or a threshold such as "
            "0.99.",
        ),
    ] = None,
    exit_criterion: Annotated[
        str | None,
        typer.Option(
            metavar="confidence|entropy|patience",
            help="What --exit NUMBER is: a probability at least, an entropy at most, equal answers "
            "in a row; by default confidence.",
        ),
    ] = None,
    text_column: options.TextColumn = None,
    text_pair_column: options.TextPairColumn = None,
    encoding: options.Encoding = None,
    separator: options.Separator = None,
) -> None:
    """Answer texts with a model: labels, tags, choices, answers, vectors, or tokens for [MASK].

    A question answerer is given the question as --text and the passage as --text-pair.

    Answers are JSON lines: an object for each text, or for each line of the file.
    """
    if (input_file is None) == (not text):
        raise InputError("Give either --text or --input.")
    if exit_criterion is not None and exit_at is None:
        raise InputError("--exit-criterion goes with --exit.")
    if exit_at is not None and depth is not None:
        raise InputError("--depth is for all texts, and --exit finds each its own: give one.")
    leave = (exit_at, exit_criterion, depth)
    if input_file is None:
        if output is not None:
            raise InputError("--output goes with --input; --text prints its answers.")
        _answer_texts(model, text or [], text_pair, top_k, leave)
    else:
        if text_pair:
            raise InputError("--text-pair goes with --text; a file has text_pair in its lines.")
        with quiet_imports():
            from keras_albert.benchmarks.columns import ReadingOptions
        reading = ReadingOptions(
            text_column=text_column,
            text_pair_column=text_pair_column,
            encoding=encoding,
            separator=separator,
        )
        _answer_file(model, input_file, output, skip_bad, top_k, leave, reading)


def _answer_texts(
    model: str,
    text: Sequence[str],
    text_pair: Sequence[str] | None,
    top_k: int,
    leave: tuple[str | None, str | None, int | None],
) -> None:
    first = _texts(text)
    texts: Sequence[str] | Sequence[tuple[str, str]] = first
    if text_pair:
        if len(text_pair) != len(texts):
            raise InputError(
                f"There are {len(texts)} texts and {len(text_pair)} second ones: give as many "
                "with --text-pair as with --text."
            )
        texts = list(zip(first, text_pair, strict=True))
    show_answers(_predictor(model, leave).predict(texts, top_k=top_k))


def _answer_file(
    model: str,
    input_file: str,
    output: Path | None,
    skip_bad: bool,
    top_k: int,
    leave: tuple[str | None, str | None, int | None],
    reading: Any,
) -> None:
    with quiet_imports():
        from keras_albert.inference.request_lines import (
            is_row_file,
            open_input,
            read_requests,
            row_requests,
        )

    if output is not None and output.exists():
        raise InputError(f"{output} already exists. Choose another output or remove it first.")
    rows = is_row_file(input_file, reading)
    file, name, is_json = open_input(input_file, sys.stdin.buffer)
    with file:
        predictor = _predictor(model, leave)
        from keras_albert.inference.prediction_file import answered, predict_to_file

        kind = predictor.description["task"]
        requests = (
            row_requests(input_file, kind, reading)
            if rows
            else read_requests(file, name, kind, is_json, reading)
        )
        first = next(requests, None)
        if first is None:
            raise InputError(f"{name} holds nothing to answer.")
        requests = itertools.chain([first], requests)
        if output is None:
            for answers in answered(predictor, requests, top_k, skip_bad):
                show_answers(answers)
            return
        settings: dict[str, Any] = {
            "model": str(Path(model).resolve()),
            "input": name,
            "input_sha256": sha256(input_file) if input_file != "-" else None,
            "top_k": top_k,
            **({"reading": given} if (given := reading.given()) else {}),
            **({} if leave[0] is None else {"exit": list(leave[:2])}),
            **({} if leave[2] is None else {"depth": leave[2]}),
        }
        with counting("Answering") as count:
            result = predict_to_file(
                predictor,
                requests,
                output,
                settings=settings,
                top_k=top_k,
                skip_bad=skip_bad,
                progress=lambda lines: count(f"{lines:,} lines"),
            )
    if result["resumed"]:
        say(f"{result['resumed']:,} lines had been answered before.")
    show_result({"output": str(output), **result})


def _predictor(model: str, leave: tuple[str | None, str | None, int | None]) -> Any:
    exit_at, exit_criterion, depth = leave
    if exit_at is not None:
        return exit_predictor(model, exit_at, exit_criterion)
    with quiet_imports():
        from keras_albert.inference import load_predictor

        return load_predictor(model, depth)


def _standard_input() -> list[str]:
    lines = []
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            lines.append(line.decode().rstrip("\r\n"))
        except UnicodeDecodeError as error:
            raise InputError(
                f"standard input:{number} is not UTF-8: {error.reason} at {error.start}."
            ) from None
    return lines


def _texts(given: Sequence[str]) -> list[str]:
    texts: list[str] = []
    for text in given:
        texts += _standard_input() if text == "-" else [text]
    if not any(text.strip() for text in texts):
        raise InputError("There is no text to answer.")
    return texts
