"""Files of labelled texts, for fine-tuning a classifier."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError, suggest

_COLUMNS = ("text", "text_pair", "label")


@dataclass(frozen=True)
class LabelledText:
    """One text with its label.

    Attributes:
        text: the text, or the first of a pair.
        text_pair: the second of a pair, or None.
        label: the label's name.
        where: file and line, for messages.
    """

    text: str
    text_pair: str | None
    label: str
    where: str


def read_labelled_texts(path: str | Path) -> list[LabelledText]:
    """Reads a file of labelled texts.

    `.jsonl`: an object a line with "text", "label" and, for pairs, "text_pair"; other keys are left
    alone. `.csv` and `.tsv`: the same names in a header line. A label is text or a whole number.

    Raises:
        InputError: the file is missing, empty, of another kind, no UTF-8, or a line lacks
            something; the line is named.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist, or is no file.")
    readers = {".jsonl": _read_jsonl, ".csv": _read_table, ".tsv": _read_table}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"{path}: expected a file of labelled texts that ends in .jsonl, .csv or .tsv."
        )
    texts = []
    try:
        for line, row in reader(path):
            texts.append(_labelled(row, f"{path}:{line}"))
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error.reason} at byte {error.start}.") from error
    except csv.Error as error:
        raise InputError(f"{path} is not a table: {error}.") from error
    if not texts:
        raise InputError(f"{path} holds no labelled texts.")
    first = texts[0]
    for text in texts:
        if (text.text_pair is None) != (first.text_pair is None):
            raise InputError(
                f"{text.where}: "
                + ("no text_pair" if text.text_pair is None else "a text_pair")
                + f", unlike {first.where}: all lines are single texts or all are pairs."
            )
    return texts


def _read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"{path}:{number}: not JSON: {error.msg}.") from error
            if not isinstance(row, dict):
                raise InputError(f"{path}:{number}: expected an object with text and label.")
            yield number, row


def _read_table(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    tabs = path.suffix.lower() == ".tsv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        # Tab-separated files quote nothing by custom; a lone quotation mark is text there.
        options: Any = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if tabs else {"strict": True}
        reader = csv.reader(file, **options)
        header = next(reader, None)
        if header is None:
            return
        for name in ("text", "label"):
            if name not in header:
                raise InputError(
                    f"{path}:1: no column {name!r} in the header, which has "
                    f"{', '.join(map(repr, header))}.{suggest(name, header)}"
                )
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise InputError(
                    f"{path}:{reader.line_num}: {len(row)} columns where the header has "
                    f"{len(header)}."
                )
            columns = zip(header, row, strict=True)
            yield reader.line_num, {name: value for name, value in columns if name in _COLUMNS}


def _labelled(row: dict[str, Any], where: str) -> LabelledText:
    text, pair, label = (row.get(name) for name in _COLUMNS)
    if not isinstance(text, str) or not text.strip():
        raise InputError(f'{where}: "text" is missing or empty.')
    if pair is not None and (not isinstance(pair, str) or not pair.strip()):
        raise InputError(f'{where}: "text_pair" is there but is not text, or empty.')
    if isinstance(label, bool) or not isinstance(label, str | int) or not str(label).strip():
        raise InputError(
            f'{where}: "label" is missing or is {label!r}; expected text or a whole number.'
        )
    return LabelledText(text, pair, str(label).strip(), where)


def label_names(texts: list[LabelledText]) -> list[str]:
    """The labels of texts in order: as numbers where all are, as text otherwise.

    Raises:
        InputError: there is only one, so nothing to tell apart.
    """
    names = {text.label for text in texts}
    if len(names) < 2:
        raise InputError(
            f"All {len(texts)} texts have the label {next(iter(names))!r} (the first stands at "
            f"{texts[0].where}): a classifier needs at least two labels."
        )
    if all(name.isdecimal() for name in names):
        return sorted(names, key=int)
    return sorted(names)
