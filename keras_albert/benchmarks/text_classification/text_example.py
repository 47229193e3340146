"""A text to classify or to give a number."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TextExample:
    """One text, or a pair, with what is to be said about it.

    Attributes:
        text: the text, or the first of a pair.
        text_pair: the second of a pair, or None.
        label: the label's name, a list of names, a number, or None where it is hidden.
        where: file and line, for messages.
        id: what the file calls it, or None.
        group: a part of the file that is also measured apart, such as MNLI's genres, or None.
    """

    text: str
    text_pair: str | None
    label: Any
    where: str
    id: str | int | None = None
    group: str | None = None
