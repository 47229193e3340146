"""Rows of files, whatever their form, each with its place; bad ones named or left out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.benchmarks.delimited import comma_rows, separated_rows, tab_rows
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.row_lines import Rows, decoded_lines, existing
from keras_albert.benchmarks.stored_rows import json_rows, parquet_rows
from keras_albert.errors import InputError, suggest

__all__ = [
    "JSON_SUFFIXES",
    "PARQUET_SUFFIX",
    "ROW_SUFFIXES",
    "TABLE_SUFFIXES",
    "Rows",
    "collect",
    "comma_rows",
    "decoded_lines",
    "existing",
    "existing_suffix",
    "json_rows",
    "parquet_rows",
    "required_text",
    "rows",
    "tab_rows",
]

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
PARQUET_SUFFIX = ".parquet"
# Columns that an option names.
_NAMED = ("text", "text_pair")
ROW_SUFFIXES = (*JSON_SUFFIXES, *TABLE_SUFFIXES, PARQUET_SUFFIX)


def collect(
    path: str | Path, rows: Rows, make: Callable[[Any, str], Any], *, skip_bad: bool = False
) -> Examples:
    """Examples of rows.

    Args:
        path: the file.
        rows: (where, row or `InputError`), as the readers below give them.
        make: row and where -> an example; raises `InputError`.
        skip_bad: collect what is wrong in `Examples.skipped` and go on.

    Raises:
        InputError: a row is bad, unless `skip_bad`; or there is no good one.
    """
    items, skipped = [], []
    for where, row in rows:
        try:
            if isinstance(row, InputError):
                raise row
            items.append(make(row, where))
        except InputError as error:
            if not skip_bad:
                raise
            skipped.append(str(error))
    if not items:
        left_out = f" All {len(skipped)} were bad; the first: {skipped[0]}" if skipped else ""
        raise InputError(f"{path} holds no examples.{left_out}")
    return Examples(items, Path(path), skipped)


def rows(path: str | Path, reading: ReadingOptions | None = None) -> Rows:
    """The rows of a file as dicts by column, as its name says.

    `.jsonl`, `.ndjson`, `.json`, `.csv`, `.tsv` and `.tab`, each also with `.gz`; `.parquet`; and,
    where a separator is named, a file of any other name.

    Raises:
        InputError: the name says nothing of the kind, or the file's beginning cannot be read.
    """
    reading = reading or ReadingOptions()
    suffix = existing_suffix(path)
    if suffix in JSON_SUFFIXES:
        return json_rows(path, reading.encoding)
    if suffix == PARQUET_SUFFIX:
        return parquet_rows(path)
    if suffix in TABLE_SUFFIXES or reading.separator is not None:
        return separated_rows(path, reading.separator, reading.encoding)
    raise InputError(
        f"{path}: expected a file of rows that ends in .jsonl, .csv or .tsv (or .json, .ndjson, "
        ".tab, all of them with .gz too, or .parquet); a table of another name needs --separator."
    )


def existing_suffix(path: str | Path) -> str:
    """The end of a file's name that says what is in it, in small letters, without `.gz`.

    Raises:
        InputError: there is no such file.
    """
    return Path(existing(path).name.lower().removesuffix(".gz")).suffix


def required_text(row: dict[str, Any], name: str, where: str) -> str:
    """A text of a row.

    Raises:
        InputError: it is missing, empty or not text; the row's own names are listed.
    """
    text = row.get(name)
    if isinstance(text, str) and text.strip():
        return text
    if name not in row:
        raise InputError(
            f'{where}: "{name}" is missing; there is {", ".join(map(repr, row)) or "nothing"}.'
            + suggest(name, [str(key) for key in row])
            + (f" Name it with --{name.replace('_', '-')}-column." if name in _NAMED else "")
        )
    raise InputError(f'{where}: "{name}" is missing or empty: {text!r}.')
