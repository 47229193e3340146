"""Tables of text: columns between commas, semicolons or tabs."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.columns import KNOWN_NAMES
from keras_albert.benchmarks.row_lines import (
    Rows,
    decoded_lines,
    existing,
    text_lines,
    undecoded,
)
from keras_albert.errors import InputError
from keras_albert.text.lines import without_end

SEPARATORS = (",", ";", "\t", "|")
# Python's own limit is 131,072 characters a field.
csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))


def tab_rows(
    path: str | Path, columns: Sequence[str] | None = None, encoding: str | None = None
) -> Rows:
    """The rows of a tab-separated file as dicts by column.

    Quotation marks are text there, by custom; see `separated_rows` for files where they are not.

    Args:
        path: the file.
        columns: their names where the file has no header line. Without them the first line is the
            header.
        encoding: see `row_lines.text_lines`.

    Raises:
        InputError: the first line cannot be read, or has a name twice.
    """
    lines = decoded_lines(path, encoding)
    if columns is None:
        first = next(lines, None)
        if first is None:
            return
        if isinstance(first[1], InputError):
            raise first[1]
        columns = _header(first[1].split("\t"), first[0])
    for where, line in lines:
        if isinstance(line, InputError):
            yield where, line
        elif line:
            yield where, _row(line.split("\t"), columns, where)


def separated_rows(
    path: str | Path, separator: str | None = None, encoding: str | None = None
) -> Rows:
    """The rows of a table with a header line, as its name and its look say.

    A `.tsv` or `.tab` is separated by tabs, and quotation marks are text in it, unless they quote:
    the whole header stands in marks, or some field holds a tab, a line end or doubled marks within
    its own and the whole file can be read so, as pandas and spreadsheets write it. Everything else
    is `comma_rows`.

    Raises:
        InputError: see `tab_rows` and `comma_rows`.
    """
    suffix = Path(str(path).lower().removesuffix(".gz")).suffix
    if separator is None and suffix in (".tsv", ".tab"):
        if not _marks_quote(path, encoding):
            return tab_rows(path, encoding=encoding)
        separator = "\t"
    return comma_rows(path, separator, encoding)


def _marks_quote(path: str | Path, encoding: str | None) -> bool:
    """Whether quotation marks in a tab-separated file stand around fields."""
    width, sign = 0, False
    for number, line in text_lines(path, encoding):
        if number > 1 and '"' not in line:
            continue
        fields = without_end(line).split("\t")
        if number == 1:
            width = len(fields)
            if all(len(field) > 1 and field[0] == field[-1] == '"' for field in fields):
                return True
        elif len(fields) != width or any(map(_has_doubled_marks, fields)):
            sign = True
            break
    if not sign:
        return False
    reader = csv.reader(
        (line for _, line in text_lines(path, encoding)), delimiter="\t", strict=True
    )
    try:
        return all(len(row) == width for row in reader if row)
    except csv.Error:
        return False


def _has_doubled_marks(field: str) -> bool:
    inner = field[1:-1]
    return (
        len(field) > 3
        and field[0] == field[-1] == '"'
        and '""' in inner
        and '"' not in inner.replace('""', "")
    )


def comma_rows(path: str | Path, separator: str | None = None, encoding: str | None = None) -> Rows:
    """The rows of a comma-separated file with a header line, as dicts by column.

    A row may go over several lines, within quotation marks. Where marks do not pair, one line is a
    bad row, and the next is read as another's beginning.

    Args:
        path: the file.
        separator: what stands between columns; by default what stands in the header: a comma, a
            semicolon, a tab or a bar. A first line `sep=;`, for spreadsheets, says so too.
        encoding: see `row_lines.text_lines`.

    Raises:
        InputError: the header cannot be read, has a name twice, or may be separated in two ways.
    """
    numbered = text_lines(existing(path), encoding)
    head = next(numbered, None)
    if head is None:
        return
    if (named := without_end(head[1])).lower().startswith("sep=") and len(named) == 5:
        separator = separator or named[-1]
        head = next(numbered, None)
        if head is None:
            return
    separator = separator or _separator(head[1], f"{path}:{head[0]}")
    again: deque[tuple[int, str]] = deque([head])
    taken: list[tuple[int, str]] = []

    def lines() -> Iterator[str]:
        while (found := again.popleft() if again else next(numbered, None)) is not None:
            taken.append(found)
            yield found[1]

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    columns: list[str] | None = None
    while True:
        taken.clear()
        row: Any
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            row = InputError(f"{path}:{taken[0][0]} is not a row of a table: {error}.")
            again.extendleft(reversed(taken[1:]))
            del taken[1:]
            reader = csv.reader(lines(), delimiter=separator, strict=True)
        where = f"{path}:{taken[0][0]}"
        for number, line in taken:
            if wrong := undecoded(line, f"{path}:{number}", encoding):
                row = wrong
                break
        if isinstance(row, InputError):
            if columns is None:
                raise row
            yield where, row
        elif columns is None:
            columns = _header(row, where)
        elif row:
            yield where, _row(row, columns, where, separator)


def _separator(header: str, where: str) -> str:
    """What separates the columns of a header line."""
    found: dict[str, list[str]] = {}
    for separator in SEPARATORS:
        try:
            names = next(csv.reader([header], delimiter=separator), [])
        except csv.Error:
            continue
        if len(names) > 1:
            found[separator] = names
    if len(found) > 1:
        known = {
            separator: names
            for separator, names in found.items()
            if any(name.strip().lower() in KNOWN_NAMES for name in names)
        }
        found = known or found
    if len(found) > 1:
        raise InputError(
            f"{where}: the header may be separated by {' or by '.join(map(repr, found))}: say "
            "which with --separator."
        )
    return next(iter(found), ",")


def _header(columns: list[str], where: str) -> list[str]:
    """The names of the columns.

    Raises:
        InputError: one stands there twice, or they are not names but JSON.
    """
    if columns and columns[0].lstrip().startswith(('{"', "[{")):
        raise InputError(
            f"{where} looks like JSON, not like the header of a table: give the file a name that "
            "ends in .jsonl or .json."
        )
    for name in columns:
        if name and columns.count(name) > 1:
            raise InputError(
                f"{where}: the header has {name!r} {columns.count(name)} times: which is meant? "
                "Rename or remove the others."
            )
    return columns


def _row(values: list[str], columns: Sequence[str], where: str, separator: str = "\t") -> Any:
    if len(values) != len(columns):
        few = (
            " Another character between them is named with --separator." if len(columns) < 2 else ""
        )
        return InputError(
            f"{where}: {len(values)} columns where the header has {len(columns)}.{few}"
        )
    return dict(zip(columns, values, strict=True))
