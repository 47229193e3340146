"""What a task's file holds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Examples:
    """The examples of one file, in its order.

    Attributes:
        items: one object an example, of the task's own class; each has `where` ("file:line", or
            "file: question 4f3a"), for messages.
        path: the file.
        skipped: what was wrong with each example left out, in words, where that was asked for.
    """

    items: list[Any]
    path: Path
    skipped: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.items)
