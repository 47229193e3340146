"""Lines of columns: a word a line with its tags, sentences by blank lines."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.row_files import unpacked
from keras_albert.errors import InputError

_DOCUMENT = "-DOCSTART-"


@dataclass(frozen=True)
class ColumnLine:
    """A line.

    Attributes:
        number: from 1.
        columns: its fields, or what is wrong with it.
    """

    number: int
    columns: list[str] | InputError


def read_lines(path: Path) -> list[str | InputError]:
    """The lines of a file, which end in LF, CR LF or, where there is no LF at all, in CR.

    No other character ends a line, so that none inside of a field does.
    """
    content = unpacked(path)
    ends = b"\n" if b"\n" in content else b"\r"
    lines: list[str | InputError] = []
    for number, line in enumerate(content.split(ends), 1):
        try:
            lines.append(line.removesuffix(b"\r").decode("utf-8"))
        except UnicodeDecodeError as error:
            where = f"{path}:{number}"
            lines.append(InputError(f"{where} is not UTF-8: {error.reason} at {error.start}."))
    return lines


def conllu_sentences(path: Path) -> Iterator[list[ColumnLine]]:
    """Sentences of CoNLL-U: columns are separated by tabs, and `#` begins a comment."""
    lines = read_lines(path)
    kept = [isinstance(line, InputError) or not line.startswith("#") for line in lines]
    yield from _sentences(
        ColumnLine(number, line if isinstance(line, InputError) else line.split("\t"))
        for number, (line, keep) in enumerate(zip(lines, kept, strict=True), 1)
        if keep
    )


def column_sentences(path: Path, tag_column: int) -> Iterator[list[ColumnLine]]:
    """Sentences of CoNLL 2000 and 2003, and of files like them.

    - Where lines have tabs, tabs separate columns, and whatever else stands between two of them is
      one field; else ASCII spaces do, one or several.
    - All lines of a file have as many columns as most; another line is an `InputError`.
    - `-DOCSTART-` begins a document.
    - In front of a sentence, `# ` may begin a comment. It is one where the line is unlike the
      others: it has another number of columns, a tab in a file without tabs, or a tag that no
      other line has. So the word `#` stays a word.

    Args:
        path: the file.
        tag_column: which column has the tag; -1 is the last.
    """
    lines = read_lines(path)
    in_front = [
        isinstance(line, str) and line.startswith("# ") and (not number or _is_blank(before))
        for number, (before, line) in enumerate(zip([""] + lines[:-1], lines, strict=True))
    ]
    for number in range(1, len(lines)):  # several comments in a row
        line = lines[number]
        if isinstance(line, str) and line.startswith("# ") and in_front[number - 1]:
            in_front[number] = True
    sure = [
        line
        for line, doubtful in zip(lines, in_front, strict=True)
        if isinstance(line, str) and not doubtful and not _is_blank(line)
        if not line.startswith(_DOCUMENT)
    ] or [line for line in lines if isinstance(line, str) and not _is_blank(line)]
    tabs = any("\t" in line for line in sure)
    rows = [_split(line, tabs) for line in sure]
    expected = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
    tags = {_at(row, tag_column) for row in rows}

    def is_comment(line: str) -> bool:
        columns = _split(line, tabs)
        other = len(columns) != expected or _at(columns, tag_column) not in tags
        return other or (not tabs and "\t" in line)

    def columns(line: str | InputError, where: str) -> list[str] | InputError:
        if isinstance(line, InputError):
            return line
        found = _split(line, tabs)
        if len(found) == expected or _is_blank(line) or found[0] == _DOCUMENT:
            return found
        how = "tabs" if tabs else "spaces"
        if len(found) == 1:
            hint = " The file's columns are separated by tabs." if tabs else ""
            return InputError(
                f"{where}: {found[0]!r} has no tag: expected a word and, behind it, its tag.{hint}"
            )
        return InputError(
            f"{where}: {line[:60]!r} has {_counted(len(found))}, where the file's lines have "
            f"{expected}, separated by {how}."
        )

    yield from _sentences(
        ColumnLine(number, columns(line, f"{path}:{number}"))
        for number, (line, doubtful) in enumerate(zip(lines, in_front, strict=True), 1)
        if not (doubtful and isinstance(line, str) and is_comment(line))
    )


def _counted(number: int) -> str:
    return f"{number} column" + "s" * (number != 1)


def _is_blank(line: str | InputError) -> bool:
    return isinstance(line, str) and not line.strip(" \t")


def _split(line: str, tabs: bool) -> list[str]:
    return line.split("\t") if tabs else [column for column in line.split(" ") if column]


def _at(columns: list[str], number: int) -> Any:
    try:
        return columns[number].strip(" ")
    except IndexError:
        return None


def _sentences(lines: Iterator[ColumnLine]) -> Iterator[list[ColumnLine]]:
    sentence: list[ColumnLine] = []
    for line in lines:
        columns = line.columns
        if not isinstance(columns, InputError):
            blank = not any(column.strip(" ") for column in columns)
            if blank or columns[0] == _DOCUMENT:
                if sentence:
                    yield sentence
                sentence = []
                continue
        sentence.append(line)
    if sentence:
        yield sentence
