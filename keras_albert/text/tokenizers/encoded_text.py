"""What a tokenizer returns of one text, and what it says of a text that is none."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_albert.errors import InputError


class Encoding(NamedTuple):
    """One text, encoded: n pieces with their places in the original text.

    Attributes:
        ids: int32 [n].
        pieces: n surface pieces; an unknown stretch shows its (normalised) characters.
        offsets: int64 [n, 2], the half-open range of characters of the original text a piece
            comes from, without the white space in front of it.
    """

    ids: np.ndarray
    pieces: list[str]
    offsets: np.ndarray


def bad_text(texts: Sequence[Any]) -> InputError:
    """The error for the first of some texts that cannot be encoded.

    >>> str(bad_text(["fine", 5]))
    'Text 1 is int, not a string.'
    """
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            return InputError(f"Text {number} is {type(text).__name__}, not a string.")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return InputError(
                f"Text {number} holds a lone surrogate (U+{ord(text[error.start]):04X}) at "
                f"character {error.start}, which is not a character: read the file as UTF-8, or "
                "drop it with text.encode(errors='ignore').decode()."
            )
    return InputError("The texts cannot be encoded.")


def checked_ids(ids: Any, vocabulary_size: int) -> list[int]:
    """Ids as a list of integers.

    Raises:
        InputError: one is outside the vocabulary.
    """
    checked = [int(index) for index in ids]
    for index in checked:
        if not 0 <= index < vocabulary_size:
            raise InputError(
                f"Id {index} is outside the vocabulary of {vocabulary_size} pieces "
                f"(0 to {vocabulary_size - 1}). Was it made with another tokenizer?"
            )
    return checked
