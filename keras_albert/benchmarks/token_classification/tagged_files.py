"""Files of tagged words: CoNLL's columns, CoNLL-U, and rows as `datasets` and pandas write them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.row_files import SUFFIXES, checked_text, rows, unpacked_suffix
from keras_albert.benchmarks.tables import Rows, collect
from keras_albert.benchmarks.token_classification.column_files import (
    ColumnLine,
    column_sentences,
    conllu_sentences,
    read_lines,
)
from keras_albert.errors import InputError, suggest

# CoNLL-U: number, form, lemma, universal part of speech, ...
_FORM, _UNIVERSAL_TAG, _CONLLU_COLUMNS = 1, 3, 10
WORD_KEYS = ("words", "tokens")
TAG_KEYS = ("tags", "ner_tags", "labels")


@dataclass(frozen=True)
class TaggedWords:
    """One sentence.

    Attributes:
        words: its words.
        tags: one a word, as the file has them; None where it has none.
        where: file and line of its first word, for messages.
        id: its name, where the file has one.
        lines: of columns, the line of each word.
    """

    words: list[str]
    tags: list[str] | None
    where: str
    id: Any = None
    lines: list[int] | None = None

    def place(self, word: int) -> str:
        """Where a word stands, for messages."""
        if self.lines is None:
            return f"{self.where}, word {word}"
        return f"{self.where.rpartition(':')[0]}:{self.lines[word]}"


def read_tagged_words(
    path: str | Path,
    *,
    labelled: bool = True,
    skip_bad: bool = False,
    word_column: int | str = 0,
    tag_column: int | str = -1,
    tag_names: Sequence[str] | None = None,
) -> Examples:
    """Reads sentences of tagged words.

    - `.jsonl`, `.json`, `.parquet`, and JSON under any other name: a row a sentence, see
      `row_files.rows` and `tagged_rows`.
    - `.conllu`: ten columns, of which the form and the universal part of speech are read; words of
      several tokens (`3-4`) and empty nodes (`5.1`) are passed over.
    - anything else: CoNLL 2000 and 2003, a word a line with its tags beside it, see
      `column_files.column_sentences`.

    Args:
        path: the file; one that ends in `.gz` is unpacked.
        labelled: False: tags are not looked at, and may be missing.
        skip_bad: leave out sentences that cannot be used, see `Examples.skipped`.
        word_column: CoNLL columns: which has the word, from 0. Rows: its name.
        tag_column: and which the tag; -1 is the last.
        tag_names: names of tags that are numbers, where the file does not have them.

    Raises:
        InputError: the file is missing, a line lacks a column or has another number of them than
            the others, or words and tags differ in number; file and line are named.
    """
    path = Path(path)
    suffix = unpacked_suffix(path)
    if suffix in SUFFIXES or _is_json(path):
        return tagged_rows(
            rows(path),
            path,
            labelled=labelled,
            skip_bad=skip_bad,
            word_column=word_column,
            tag_column=tag_column,
            tag_names=tag_names,
        )
    columns = _FORM, _UNIVERSAL_TAG
    if suffix != ".conllu":
        columns = _number(word_column, "word_column"), _number(tag_column, "tag_column")
    sentences = (
        conllu_sentences(path) if suffix == ".conllu" else column_sentences(path, columns[1])
    )
    found: Rows = ((f"{path}:{sentence[0].number}", sentence) for sentence in sentences)

    def make(sentence: list[ColumnLine], where: str) -> TaggedWords:
        return _from_columns(sentence, where, columns, labelled, suffix == ".conllu")

    return collect(path, found, make, skip_bad=skip_bad)


def tagged_rows(
    found: Rows,
    path: str | Path,
    *,
    labelled: bool = True,
    skip_bad: bool = False,
    word_column: int | str = 0,
    tag_column: int | str = -1,
    tag_names: Sequence[str] | None = None,
) -> Examples:
    """Sentences of rows.

    A row has a list of words ("words" or "tokens") and as many tags ("tags", "ner_tags" or
    "labels"): texts, or numbers whose names are given. "id" is kept.

    Raises:
        InputError: a row lacks one of them, or they differ in number; the row is named.
    """
    word_keys = (word_column,) if isinstance(word_column, str) else WORD_KEYS
    tag_keys = (tag_column,) if isinstance(tag_column, str) else TAG_KEYS

    def make(row: dict[str, Any], where: str) -> TaggedWords:
        words = _texts(row, word_keys, where, None)
        tags = _texts(row, tag_keys, where, tag_names) if labelled else None
        if tags is not None and len(tags) != len(words):
            raise InputError(f"{where}: {len(words)} words and {len(tags)} tags.")
        return TaggedWords(words, tags, where, row.get("id"))

    return collect(path, found, make, skip_bad=skip_bad)


def _number(column: int | str, name: str) -> int:
    if isinstance(column, str):
        raise InputError(
            f"{name}={column!r}: columns of this file have numbers, from 0; names are for JSON and "
            "Parquet."
        )
    return column


def _is_json(path: Path) -> bool:
    """Whether a file whose name does not say so holds JSON.

    Raises:
        InputError: it begins as JSON and is not.
    """
    lines = read_lines(path)
    first = next((line for line in lines if not isinstance(line, str) or line.strip()), "")
    if not isinstance(first, str) or first.lstrip(" ")[:1] not in ("{", "["):
        return False
    for text in (first, "\n".join(line for line in lines if isinstance(line, str))):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) or (value and isinstance(value, list)):
            return True
    compact = first.replace(" ", "")
    if "\t" not in first and compact.startswith(('{"', '[{"', '[["')):
        raise InputError(
            f"{path} begins as JSON does, {first[:40]!r}, but is not JSON throughout; if it has "
            "columns, separate them by tabs."
        )
    return False


def _from_columns(
    sentence: list[ColumnLine],
    where: str,
    columns: tuple[int, int],
    labelled: bool,
    conllu: bool,
) -> TaggedWords:
    words, tags, lines = [], [], []
    for line in sentence:
        row, place = line.columns, f"{where.rpartition(':')[0]}:{line.number}"
        if isinstance(row, InputError):
            raise row
        if conllu:
            if len(row) != _CONLLU_COLUMNS:
                raise InputError(f"{place}: {len(row)} columns; CoNLL-U has {_CONLLU_COLUMNS}.")
            if not row[0].isdecimal():
                continue
        words.append(_column(row, columns[0], place, "word"))
        lines.append(line.number)
        if labelled:
            if len(row) < 2:
                raise InputError(
                    f"{place}: {row[0]!r} has no tag: expected a word and, behind it, its tag."
                )
            tags.append(_column(row, columns[1], place, "tag").strip(" "))
    if not words:
        raise InputError(f"{where}: a sentence without words.")
    return TaggedWords(words, tags if labelled else None, where, lines=lines)


def _column(row: list[str], column: int, where: str, what: str) -> str:
    try:
        found = row[column]
    except IndexError:
        raise InputError(
            f"{where}: {len(row)} columns, and the {what} was to be in number {column}."
        ) from None
    if not found.strip(" ") and (what == "tag" or not found):
        raise InputError(f"{where}: the {what} is empty.")
    return found


def _texts(
    row: dict[str, Any], keys: Sequence[str], where: str, names: Sequence[str] | None
) -> list[str]:
    """A row's list of words or tags.

    Args:
        row: the row.
        keys: what it may be called.
        where: for messages.
        names: of numbers.
    """
    key = next((key for key in keys if key in row), None)
    if key is None:
        known = ", ".join(repr(str(name)) for name in row) or "nothing"
        raise InputError(
            f'{where}: "{keys[0]}" is missing; there is {known}. Columns of other names are named '
            f"by word_column and tag_column.{suggest(keys[0], [str(name) for name in row])}"
        )
    values = row[key]
    if not isinstance(values, list) or not values:
        raise InputError(f'{where}: "{key}" is missing or is not a list of strings: {values!r}.')
    found = []
    for value in values:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and names is not None and 0 <= value < len(names):
            value = names[value]
        elif whole and keys is not WORD_KEYS:
            raise InputError(
                f'{where}: "{key}" holds {value!r}, and '
                + (f"tag_names has {len(names)}." if names else "the file has no names for numbers")
                + (": give tag_names, the list of tags in order." if not names else "")
            )
        if not isinstance(value, str) or not value:
            raise InputError(f'{where}: "{key}" holds {value!r}; expected strings.')
        found.append(checked_text(value, where))
    return found
