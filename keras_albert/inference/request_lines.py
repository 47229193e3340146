"""Lines of a file -> what a model is asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from keras_albert.errors import InputError, suggest
from keras_albert.runtime.task_kinds import TASK_KINDS

_CHOICE_KEYS = ("context", "question", "options")


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
    lines: IO[bytes], name: str, kind: str, is_json: bool | None
) -> Iterator[Request | tuple[int, InputError]]:
    """The requests of a file, one a line; blank lines are passed over.

    Args:
        lines: the file, open in binary.
        name: what to call it in messages.
        kind: the model's, see `SavedTask.kind`.
        is_json: whether lines are JSON objects, or texts; None: as the first line looks, which is
            an object when it begins with "{".

    Yields:
        Requests; or, for a line that cannot be used, its number and what is wrong with it.
    """
    for number, raw in enumerate(lines, 1):
        where = f"{name}:{number}"
        try:
            text = raw.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").decode()
        except UnicodeDecodeError as error:
            yield number, InputError(f"{where} is not UTF-8: {error.reason} at {error.start}.")
            continue
        text = text.rstrip("\r\n")
        if not text.strip():
            continue
        if is_json is None:
            is_json = text.lstrip().startswith("{")
        try:
            if not is_json:
                yield Request(number, item_of_text(text, kind), where=where)
                continue
            try:
                row = json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                raise InputError(
                    f"not JSON: {getattr(error, 'msg', 'nested too deeply')}."
                ) from None
            if not isinstance(row, dict):
                raise InputError(f"expected an object with {expected_of(kind)}.")
            yield Request(number, item_of_row(row, kind), row.get("id"), where)
        except InputError as error:
            yield number, InputError(f"{where}: {error}")


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
        raise InputError(f'"{key}" holds a lone surrogate, which is no character.') from None


def _near(row: dict[str, Any], kind: str) -> str:
    return suggest("options" if TASK_KINDS[kind].reads == "choices" else "text", map(str, row))


def open_input(path: str, standard_input: IO[bytes]) -> tuple[IO[bytes], str, bool | None]:
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
        raise InputError(f"{path} does not exist, or is no file.")
    kinds = {".jsonl": True, ".json": True, ".txt": False}
    return file.open("rb"), path, kinds.get(file.suffix.lower())
