"""JSON as people's files have it: what it cannot mean is refused."""

import json
import re
from typing import Any

from keras_albert.errors import InputError

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str, *, half_characters: bool = False) -> Any:
    r"""What a JSON text holds.

    Python's reader takes two things that cannot be meant: of a name that stands twice in an object
    it keeps the last, and from `"\ud800"` it makes half of a character.

    Args:
        text: JSON.
        half_characters: whether these are let in, to be found by `check_characters` part by part.

    Raises:
        InputError: it is not JSON, or holds one of these two. The message begins in the middle of a
            sentence; file and line go in front of it.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}.") from None
    except RecursionError:
        raise InputError("not JSON that can be read: it is nested too deeply.") from None
    except InputError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise InputError(f"not JSON that can be read: {error}.") from None
    # Half a character that stood there as such is found too: another reader let it in.
    if not half_characters and (not text.isascii() or _SURROGATE_ESCAPE.search(text)):
        check_characters(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{json.dumps(twice)} stands twice in one object: which is meant?")
    return found


def check_characters(value: Any, name: str = "") -> None:
    r"""Checks that all texts in a JSON value can be written.

    Args:
        value: a JSON value.
        name: what it is called.

    Raises:
        InputError: one holds half of a surrogate pair, such as `\ud800` alone; the field is named.
    """
    # By hand, not by recursion: a value may be nested as deeply as Python reads it.
    waiting: list[tuple[str, Any]] = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            for key, one in value.items():
                waiting += [(str(key), key), (str(key), one)]
        elif isinstance(value, list):
            waiting += [(name, one) for one in value]
        elif isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise InputError(
                    f"{json.dumps(name) if name else 'a text'} holds a lone surrogate "
                    f"(\\u{ord(value[error.start]):04x}), which is not a character: half of an "
                    "emoji that was cut, most often. Mend or remove it."
                ) from None
