"""Rows of JSON files, in lines or as one value, and of Parquet files."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.row_lines import Rows, decoded_lines, existing
from keras_albert.errors import InputError
from keras_albert.text.json_objects import check_characters, parse_json


def json_rows(path: str | Path, encoding: str | None = None) -> Rows:
    """The objects of a JSON file; blank lines are passed over.

    An object a line; or one array of objects; or one object of columns, as pandas writes it by
    default, or with rows under "data".

    Raises:
        InputError: the file cannot be read, or is one JSON value that holds no rows.
    """
    lines: Rows = (
        (where, line)
        for where, line in decoded_lines(path, encoding)
        if isinstance(line, InputError) or line.strip()
    )
    first = next(lines, None)
    if first is None:
        return
    lines = itertools.chain([first], lines)
    whole = _whole(first, path, encoding)
    if whole is not None:
        for number, row in enumerate(whole, 1):
            where = f"{path}: row {number}"
            yield where, _checked(row, where)
        return
    for where, line in lines:
        if isinstance(line, str):
            try:
                line = parse_json(line)
            except InputError as error:
                line = InputError(f"{where}: {error}")
        yield where, line if isinstance(line, InputError) else _checked(line, where)


def _checked(row: Any, where: str) -> Any:
    if not isinstance(row, dict):
        return InputError(f"{where}: expected an object, found {type(row).__name__}.")
    try:
        check_characters(row)
    except InputError as error:
        return InputError(f"{where}: {error}")
    return row


def _whole(first: tuple[str, Any], path: str | Path, encoding: str | None) -> list[Any] | None:
    """The rows of a file that is one JSON value; None for a file of lines."""
    beginning = first[1]
    if isinstance(beginning, InputError) or beginning.lstrip()[:1] not in ("[", "{"):
        return None
    if beginning.lstrip()[0] == "{":
        try:
            found = json.loads(beginning)
        except (ValueError, RecursionError):
            found = None
        # An object in one line is a row, unless it is all there is and holds several.
        if isinstance(found, dict) and not _table(found):
            return None
        full = (line for _, line in decoded_lines(path, encoding) if str(line).strip())
        if isinstance(found, dict) and len(list(itertools.islice(full, 2))) > 1:
            return None
    text = "\n".join(
        line for _, line in decoded_lines(path, encoding) if not isinstance(line, InputError)
    )
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None  # what is wrong with it is said line by line
    try:
        found = parse_json(text, half_characters=True)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    if isinstance(found, dict) and (table := _table(found)):
        return table
    if isinstance(found, dict):
        if "data" in found or "paragraphs" in found:
            raise InputError(
                f"{path} is one JSON object with {', '.join(map(repr, list(found)[:5]))}; expected "
                "an object a line, or an array of objects."
            )
        return [found]
    return found if isinstance(found, list) else None


def _table(found: Mapping[str, Any]) -> list[Any] | None:
    """The rows of an object that is a table, as pandas' `to_json` writes it; None for others."""
    data = found.get("data")
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        # SQuAD's files have "data", too: articles with paragraphs.
        return None if any("paragraphs" in row for row in data) else data
    columns = list(found.values())
    if not columns or not all(isinstance(column, dict) and column for column in columns):
        return None
    names = list(columns[0])
    if any(list(column) != names for column in columns) or not names[0].isdecimal():
        return None
    return [{key: column[name] for key, column in found.items()} for name in names]


def parquet_rows(path: str | Path) -> Rows:
    """The rows of a Parquet file; labels that `datasets` numbered have their names again.

    Raises:
        InputError: pyarrow is not installed, or the file is not Parquet.
    """
    path = existing(path)
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            f"{path} needs pyarrow: pip install keras-albert[datasets], or write it as CSV."
        ) from error
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = _class_names((file.schema_arrow.metadata or {}).get(b"huggingface"))
            number = 0
            for batch in file.iter_batches(1024):
                for row in batch.to_pylist():
                    number += 1
                    where = f"{path}: row {number}"
                    yield where, _checked(_named(row, names), where)
    except (pyarrow.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is not a Parquet file that can be read: {reason}") from error


def _class_names(note: bytes | None) -> dict[str, list[str]]:
    """The names of numbered classes by column, from what `datasets` notes in a file."""
    try:
        features = json.loads(note or b"{}")["info"]["features"]
        inner = {name: feature.get("feature", feature) for name, feature in features.items()}
        return {
            name: list(feature["names"])
            for name, feature in inner.items()
            if feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(row: dict[str, Any], names: Mapping[str, list[str]]) -> dict[str, Any]:
    def named(value: Any, known: list[str]) -> Any:
        if isinstance(value, list):
            return [named(one, known) for one in value]
        # Hidden labels are -1 there.
        inside = isinstance(value, int) and 0 <= value < len(known)
        return known[value] if inside else (None if value == -1 else value)

    return {key: named(value, names[key]) if key in names else value for key, value in row.items()}
