"""Lines of a file -> what a model is asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from keras_albert.benchmarks import tables
from keras_albert.benchmarks.choices.choice_example import choice_row
from keras_albert.benchmarks.columns import ReadingOptions, column_named, text_row
from keras_albert.benchmarks.row_lines import stream_lines, undecoded
from keras_albert.errors import InputError, suggest
from keras_albert.runtime.task_kinds import TASK_KINDS
from keras_albert.text.json_objects import parse_json
from keras_albert.text.lines import without_end

_CHOICE_KEYS = ("context", "question", "options")
# Files of tagged words: a word a line with its tags.
_TAGGED_SUFFIXES = (".conll", ".conllu", ".iob", ".iob2", ".bio")


@dataclass(frozen=True)
class Request:
    """One line's question.

    Attributes:
        line: its number in the file, from 1.
        item: what the predictor is given.
        id: the object's "id", which goes into the answer, or None.
        where: file and line, for messages.
    """

    line: int
    item: Any
    id: Any = None
    where: str = field(default="", compare=False)


def read_requests(
    lines: BinaryIO,
    name: str,
    kind: str,
    is_json: bool | None,
    reading: ReadingOptions | None = None,
) -> Iterator[Request | tuple[int, InputError]]:
    """The requests of a file of lines, one a line; blank lines are passed over.

    Args:
        lines: the file, open in binary, gzipped or not.
        name: what to call it in messages.
        kind: the model's, see `SavedTask.kind`.
        is_json: whether lines are JSON objects, or texts; None: as the first line looks, which is
            an object when it begins with "{".
        reading: names of fields, and the encoding.

    Yields:
        Requests; or, for a line that cannot be used, its number and what is wrong with it.

    Raises:
        InputError: the file is not text, or is a JSON array.
    """
    reading = reading or ReadingOptions()
    for number, line in stream_lines(lines, name, reading.encoding):
        where = f"{name}:{number}"
        if wrong := undecoded(line, where, reading.encoding):
            yield number, wrong
            continue
        text = without_end(line)
        if not text.strip():
            continue
        if is_json is None:
            is_json = text.lstrip().startswith("{")
            if text.lstrip().startswith(('["', "[{")) or text.strip() == "[":
                raise InputError(
                    f"{where}: this looks like a JSON array, which is read from a file whose name "
                    "ends in .json only."
                )
        try:
            if is_json:
                yield row_request(_object(text, where, kind), number, where, kind, reading)
            else:
                yield Request(number, _told(item_of_text, text, kind, where), where=where)
        except InputError as error:
            yield number, error


def _object(text: str, where: str, kind: str) -> dict[str, Any]:
    try:
        row = parse_json(text)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if not isinstance(row, dict):
        raise InputError(f"{where}: expected an object with {expected_of(kind)}.")
    return row


def _told(make: Callable[[Any, str], Any], value: Any, kind: str, where: str) -> Any:
    """What `make` gives; its errors with their place."""
    try:
        return make(value, kind)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def row_requests(
    path: str, kind: str, reading: ReadingOptions | None = None
) -> Iterator[Request | tuple[int, InputError]]:
    """The requests of a file of rows: JSON, a table or Parquet, read as fine-tuning reads it.

    Args:
        path: the file, see `tables.rows`.
        kind: the model's, see `SavedTask.kind`.
        reading: names of columns, encoding and separator.

    Yields:
        Requests, whose `line` is the line a row begins in, or, where a file has no lines, the
        row's number from 1; or, for a row that cannot be used, this number and what is wrong.

    Raises:
        InputError: the file's beginning cannot be read.
    """
    reading = reading or ReadingOptions()
    for where, row in tables.rows(path, reading):
        number = int(where.removeprefix(path).lstrip(": row"))
        try:
            if isinstance(row, InputError):
                raise row
            yield row_request(row, number, where, kind, reading)
        except InputError as error:
            yield number, error


def row_request(
    row: dict[str, Any], number: int, where: str, kind: str, reading: ReadingOptions
) -> Request:
    """A row's request.

    Raises:
        InputError: it lacks something, or holds something else than text; its place is named.
    """
    named = _own_names(row, kind, reading, where)
    return Request(number, _told(item_of_row, named, kind, where), row.get("id"), where)


def _own_names(
    row: dict[str, Any], kind: str, reading: ReadingOptions, where: str
) -> dict[str, Any]:
    """A row with the names that `item_of_row` knows."""
    facts = TASK_KINDS[kind]
    if facts.reads == "choices":
        return choice_row(row, reading, where, labelled=False)
    text = column_named(row, reading.text_column, "text", where)
    pair = column_named(row, reading.text_pair_column, "text-pair", where)
    if facts.answers_questions:
        question = {} if text is None else {"question": row[text]}
        return {**row, **question, **({} if pair is None else {"context": row[pair]})}
    if facts.reads == "words" and (text is not None or {"words", "tokens"} & row.keys()):
        words = row[text] if text is not None else row.get("words", row.get("tokens"))
        return {"text": words} if isinstance(words, str) else {"words": words}
    return text_row(row, reading, where)


def expected_of(kind: str) -> str:
    """In words, what a model of that kind reads from an object."""
    return TASK_KINDS[kind].expected


def item_of_text(text: str, kind: str) -> Any:
    """A line of plain text as a request.

    Raises:
        InputError: the kind needs more than one text.
    """
    if TASK_KINDS[kind].reads not in ("texts", "words"):
        raise InputError(f"a text alone; this model reads JSON lines with {expected_of(kind)}.")
    return text


def item_of_row(row: dict[str, Any], kind: str) -> Any:
    """A JSON object as a request.

    Raises:
        InputError: it lacks something, or holds something else than text.

    >>> item_of_row({"text": "a", "text_pair": "b"}, "text_classifier")
    ['a', 'b']
    """
    reads = TASK_KINDS[kind].reads
    if reads == "choices":
        _text(row, "context", "question")
        options = row.get("options")
        if not isinstance(options, list) or len(options) < 2:
            raise InputError(f'"options" is {options!r}; expected two or more.{_near(row, kind)}')
        for option in options:
            if not isinstance(option, str) or not option.strip():
                raise InputError(f"an option is {option!r}; expected text.")
            _check_characters("options", option)
        return {key: row[key] for key in _CHOICE_KEYS}
    if reads == "passages":
        if "question" not in row and {"text", "text_pair"} <= set(row):
            return _text(row, "text", "text_pair")
        return _text(row, "question", "context")
    if reads == "words" and "words" in row:
        words = row["words"]
        if (
            not isinstance(words, list)
            or not words
            or not all(isinstance(word, str) and word for word in words)
        ):
            raise InputError(f'"words" is {words!r}; expected a list of strings.')
        for word in words:
            _check_characters("words", word)
        return words
    if reads == "pairs":
        return _text(row, "text", "text_pair")
    if "text" not in row:
        raise InputError(f"expected {expected_of(kind)}.{_near(row, kind)}")
    if reads != "words" and row.get("text_pair") is not None:
        return _text(row, "text", "text_pair")
    return _text(row, "text")[0]


def _text(row: dict[str, Any], *keys: str) -> list[str]:
    values = []
    for key in keys:
        value = row.get(key)
        if not isinstance(value, str):
            found = "is missing" if key not in row else f"is {value!r}, not text"
            raise InputError(f'"{key}" {found}.{suggest(key, set(row) - set(keys))}')
        _check_characters(key, value)
        values.append(value)
    return values


def _check_characters(key: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f'"{key}" holds a lone surrogate, which is not a character.') from None


def _near(row: dict[str, Any], kind: str) -> str:
    return suggest("options" if TASK_KINDS[kind].reads == "choices" else "text", map(str, row))


def is_row_file(path: str, reading: ReadingOptions | None = None) -> bool:
    """Whether a file holds rows with names, as far as its name and a named separator say.

    Raises:
        InputError: it is a file of tagged words, which `predict` does not read.
    """
    suffix = Path(path.lower().removesuffix(".gz")).suffix
    if suffix in _TAGGED_SUFFIXES:
        raise InputError(
            f"{path} holds words with tags, and predict reads texts: write them as JSON lines, "
            '{"words": [...]}. `evaluate --unlabelled` answers such a file.'
        )
    separated = reading is not None and reading.separator is not None
    return path != "-" and (suffix in tables.ROW_SUFFIXES or separated)


def open_input(path: str, standard_input: BinaryIO) -> tuple[BinaryIO, str, bool | None]:
    """A file of requests, or standard input.

    Args:
        path: the file's, or "-".
        standard_input: what "-" is.

    Returns:
        The open file, its name, and whether it is JSON lines as far as its name says.

    Raises:
        InputError: there is no such file.
    """
    if path == "-":
        return standard_input, "standard input", None
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{path} does not exist, or is not a file.")
    are_json = {".jsonl": True, ".ndjson": True, ".json": True, ".txt": False}
    suffix = Path(path.lower().removesuffix(".gz")).suffix
    return file.open("rb"), path, are_json.get(suffix)
