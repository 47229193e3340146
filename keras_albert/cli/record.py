"""What a command did, as JSON beside what it made."""

import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.files import write_json


class Record:
    """Collects what a command was asked to do and writes it with what came of it.

    Args:
        command: its name.
        options: the values of its options, given or default.
    """

    def __init__(self, command: str, options: Mapping[str, Any]) -> None:
        self._command = command
        self._options = {name: _plain(value) for name, value in options.items()}
        self._started = datetime.datetime.now(datetime.UTC)
        self._clock = time.monotonic()

    def write(self, path: str | Path, result: Any) -> None:
        """Writes the record.

        Args:
            path: the JSON file.
            result: what came of it, as JSON content.
        """
        from keras_albert.training.versions import versions

        write_json(
            path,
            {
                "command": self._command,
                "options": self._options,
                "started": self._started.isoformat(timespec="seconds"),
                "seconds": round(time.monotonic() - self._clock, 2),
                "versions": versions(),
                "result": _plain(result),
            },
        )


def _plain(value: Any) -> Any:
    """`value` with paths, tuples and NumPy scalars as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return value.item() if hasattr(value, "item") else value
