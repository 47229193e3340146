"""Files of tagged words: CoNLL's columns, CoNLL-U, JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.tables import Rows, collect, decoded_lines, json_rows
from keras_albert.errors import InputError

# CoNLL-U: number, form, lemma, universal part of speech, ...
_FORM, _UNIVERSAL_TAG, _CONLLU_COLUMNS = 1, 3, 10


@dataclass(frozen=True)
class TaggedWords:
    """One sentence.

    Attributes:
        words: its words.
        tags: one a word; None where the file has none.
        where: file and line of its first word, for messages.
        id: its name, where the file has one.
    """

    words: list[str]
    tags: list[str] | None
    where: str
    id: Any = None


def read_tagged_words(
    path: str | Path,
    *,
    labelled: bool = True,
    skip_bad: bool = False,
    word_column: int = 0,
    tag_column: int = -1,
) -> Examples:
    """Reads sentences of tagged words.

    - `.jsonl`: an object a line with "words" and "tags", and an "id" or none.
    - `.conllu`: ten columns, of which the form and the universal part of speech are read; words of
      several tokens (`3-4`) and empty nodes (`5.1`) are passed over.
    - anything else: CoNLL 2000 and 2003, a word a line with its tags behind it, columns separated
      by spaces or tabs, sentences by blank lines; `-DOCSTART-` lines separate too.

    Args:
        path: the file.
        labelled: False: tags are not looked at, and may be missing.
        skip_bad: leave out sentences that cannot be used, see `Examples.skipped`.
        word_column: CoNLL columns: which has the word, from 0.
        tag_column: and which the tag; -1 is the last.

    Raises:
        InputError: the file is missing, a line lacks a column, or words and tags differ in number;
            file and line are named.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return collect(
            path,
            json_rows(path),
            lambda row, where: _from_json(row, where, labelled),
            skip_bad=skip_bad,
        )
    if suffix == ".conllu":
        blocks = _blocks(path, "\t", comments=True)
        columns: tuple[int, int] = (_FORM, _UNIVERSAL_TAG)
    else:
        blocks = _blocks(path, None, comments=False)
        columns = (word_column, tag_column)

    def make(lines: list[tuple[str, Any]], where: str) -> TaggedWords:
        return _from_columns(lines, where, columns, labelled, suffix == ".conllu")

    return collect(path, blocks, make, skip_bad=skip_bad)


def _blocks(path: Path, separator: str | None, comments: bool) -> Rows:
    """Sentences as lists of (where, columns), each with where it begins."""
    for block in _groups(path, comments):
        yield (
            block[0][0],
            [
                (
                    where,
                    line if isinstance(line, InputError) else line.rstrip("\n").split(separator),
                )
                for where, line in block
            ],
        )


def _groups(path: Path, comments: bool) -> Iterator[list[tuple[str, Any]]]:
    block: list[tuple[str, Any]] = []
    for where, line in decoded_lines(path):
        if isinstance(line, str):
            if comments and line.startswith("#"):
                continue
            if not line.strip() or line.startswith("-DOCSTART-"):
                if block:
                    yield block
                block = []
                continue
        block.append((where, line))
    if block:
        yield block


def _from_columns(
    lines: list[tuple[str, Any]],
    where: str,
    columns: tuple[int, int],
    labelled: bool,
    conllu: bool,
) -> TaggedWords:
    words, tags = [], []
    for place, row in lines:
        if isinstance(row, InputError):
            raise row
        if conllu:
            if len(row) != _CONLLU_COLUMNS:
                raise InputError(f"{place}: {len(row)} columns; CoNLL-U has {_CONLLU_COLUMNS}.")
            if not row[0].isdecimal():
                continue
        words.append(_column(row, columns[0], place, "word"))
        if labelled:
            if len(row) < 2:
                raise InputError(
                    f"{place}: {row[0]!r} has no tag: expected a word and, behind it, its tag."
                )
            tags.append(_column(row, columns[1], place, "tag"))
    if not words:
        raise InputError(f"{where}: a sentence without words.")
    return TaggedWords(words, tags if labelled else None, where)


def _column(row: list[str], column: int, where: str, what: str) -> str:
    try:
        return row[column]
    except IndexError:
        raise InputError(
            f"{where}: {len(row)} columns, and the {what} was to be in number {column}."
        ) from None


def _from_json(row: dict[str, Any], where: str, labelled: bool) -> TaggedWords:
    def strings(key: str) -> list[str]:
        values = row.get(key)
        if not isinstance(values, list) or not values:
            raise InputError(f'{where}: "{key}" is missing or is no list of strings.')
        for value in values:
            if not isinstance(value, str) or not value:
                raise InputError(f'{where}: "{key}" holds {value!r}; expected strings.')
        return values

    words = strings("words")
    tags = strings("tags") if labelled else None
    if tags is not None and len(tags) != len(words):
        raise InputError(f"{where}: {len(words)} words and {len(tags)} tags.")
    return TaggedWords(words, tags, where, row.get("id"))
