"""Rows of JSON lines and of tables, each with its file and line; bad ones named or left out."""

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.errors import InputError, suggest

_UNDECODED = re.compile("[\udc80-\udcff]")
# Where a row stands, and the row or what is wrong with it.
Rows = Iterator[tuple[str, Any]]


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


def existing(path: str | Path) -> Path:
    """`path`, which is a file.

    Raises:
        InputError: it is none.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist, or is no file.")
    return path


def decoded_lines(path: str | Path) -> Rows:
    """The lines of a file without their ends: (where, text or an `InputError` for no UTF-8)."""
    with existing(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            try:
                yield f"{path}:{number}", line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                where = f"{path}:{number}"
                yield where, InputError(f"{where} is not UTF-8: {error.reason} at {error.start}.")


def json_rows(path: str | Path) -> Rows:
    """The objects of a file of JSON lines; blank lines are passed over."""
    for where, line in decoded_lines(path):
        if isinstance(line, InputError):
            yield where, line
        elif line.strip():
            try:
                row: Any = json.loads(line)
            except json.JSONDecodeError as error:
                row = InputError(f"{where}: not JSON: {error.msg}.")
            except RecursionError:
                row = InputError(f"{where}: not JSON that can be read: it is nested too deeply.")
            if not isinstance(row, dict | InputError):
                row = InputError(f"{where}: expected an object, found {type(row).__name__}.")
            yield where, row


def tab_rows(path: str | Path, columns: Sequence[str] | None = None) -> Rows:
    """The rows of a tab-separated file as dicts by column.

    Quotation marks are text there, by custom.

    Args:
        path: the file.
        columns: their names where the file has no header line. Without them the first line is the
            header.

    Raises:
        InputError: the first line is not UTF-8, or there is none.
    """
    lines = decoded_lines(path)
    if columns is None:
        first = next(lines, None)
        if first is None:
            return
        if isinstance(first[1], InputError):
            raise first[1]
        columns = first[1].split("\t")
    for where, line in lines:
        if isinstance(line, InputError) or line:
            yield (
                where,
                line if isinstance(line, InputError) else _row(line.split("\t"), columns, where),
            )


def _row(values: list[str], columns: Sequence[str], where: str) -> Any:
    if len(values) != len(columns):
        return InputError(f"{where}: {len(values)} columns where the header has {len(columns)}.")
    return dict(zip(columns, values, strict=True))


def comma_rows(path: str | Path) -> Rows:
    """The rows of a comma-separated file with a header line, as dicts by column.

    A row may go over several lines, within quotation marks. Where marks do not pair, one line is a
    bad row, and the next is read as another's beginning.

    Raises:
        InputError: the header is not UTF-8, or its quotation marks do not pair.
    """
    # What is not UTF-8 becomes lone surrogates, which nothing else becomes.
    with existing(path).open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        numbered = enumerate(file, 1)
        again: deque[tuple[int, str]] = deque()
        taken: list[tuple[int, str]] = []

        def lines() -> Iterator[str]:
            while (found := again.popleft() if again else next(numbered, None)) is not None:
                taken.append(found)
                yield found[1]

        reader = csv.reader(lines(), strict=True)
        columns: list[str] | None = None
        while True:
            taken.clear()
            row: Any
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                row = InputError(f"{path}:{taken[0][0]} is no row of a table: {error}.")
                again.extendleft(reversed(taken[1:]))
                del taken[1:]
                reader = csv.reader(lines(), strict=True)
            where = f"{path}:{taken[0][0]}"
            for number, line in taken:
                if not line.isascii() and _UNDECODED.search(line):
                    row = InputError(f"{path}:{number} is not UTF-8.")
                    break
            if isinstance(row, InputError):
                if columns is None:
                    raise row
                yield where, row
            elif columns is None:
                columns = row
            elif row:
                yield where, _row(row, columns, where)


def required_text(row: dict[str, Any], name: str, where: str) -> str:
    """A text of a row.

    Raises:
        InputError: it is missing, empty or no text; the row's own names are listed.
    """
    text = row.get(name)
    if isinstance(text, str) and text.strip():
        return text
    if name not in row:
        raise InputError(
            f'{where}: "{name}" is missing; there is {", ".join(map(repr, row)) or "nothing"}.'
            + suggest(name, [str(key) for key in row])
        )
    raise InputError(f'{where}: "{name}" is missing or empty: {text!r}.')
