"""AnswerSpan: a stretch of a passage, and answers in the forms people have them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_albert.errors import InputError, suggest


class AnswerSpan(NamedTuple):
    """A stretch of a passage.

    Attributes:
        text: `passage[start:end]`.
        start: its first character in the passage.
        end: the character behind its last.
        score: what the model gives it: the sum of two logits, or of two log probabilities.
    """

    text: str
    start: int
    end: int
    score: float = 0.0


def read_answers(answers: Any, passages: Sequence[str]) -> list[AnswerSpan | None]:
    """Reads one answer a passage.

    Args:
        answers: B answers: each a text and the character it begins at, as `(text, start)` or as
            `{"text": ..., "answer_start": ...}`; a list of these, of which the first counts; or
            SQuAD's `{"text": [...], "answer_start": [...]}`. None, "" and an empty list are no
            answer.
        passages: B passages.

    Returns:
        B answers, without white space at their ends, or None where there is none.

    Raises:
        InputError: their number differs, one is of another form or is not in its passage; its
            number is named.

    >>> read_answers([("rows", 8)], ["A table rows."])
    [AnswerSpan(text='rows', start=8, end=12, score=0.0)]
    """
    if isinstance(answers, Mapping) and all(
        len(values) == len(passages) for values in answers.values()
    ):
        # Columns: {"text": B texts, "answer_start": B numbers}.
        names = list(answers)
        columns = zip(*(answers[name] for name in names), strict=True)
        answers = [dict(zip(names, row, strict=True)) for row in columns]
    if isinstance(answers, str | Mapping) or not hasattr(answers, "__len__"):
        raise InputError(
            "Expected a list of answers, each (text, first character); got "
            f"{type(answers).__name__}."
        )
    if len(answers) != len(passages):
        raise InputError(
            f"There are {len(passages)} passages and {len(answers)} answers; there must be as many."
        )
    return [
        _answer(f"Answer {number}", answer, passage)
        for number, (answer, passage) in enumerate(zip(answers, passages, strict=True))
    ]


def answer_at(text: str, start: int, passage: str, where: str) -> AnswerSpan:
    """An answer with the place it is said to begin at, without white space at its ends.

    Raises:
        InputError: it does not stand there.
    """
    if not 0 <= start <= len(passage) or not passage.startswith(text, start):
        found = passage.find(text)
        raise InputError(
            f"{where}: {_shortened(text)!r} does not begin at character {start} of its passage, "
            f"which has {_shortened(passage[max(start, 0) : max(start, 0) + len(text)])!r} there"
            + (f"; it does at {found}." if found >= 0 else ", nor anywhere else.")
        )
    stripped = text.strip()
    start += len(text) - len(text.lstrip())
    return AnswerSpan(stripped, start, start + len(stripped))


def _answer(where: str, answer: Any, passage: str) -> AnswerSpan | None:
    if isinstance(answer, bytes):
        answer = answer.decode()
    if answer is None or (isinstance(answer, str) and not answer):
        return None
    if isinstance(answer, list) and not (len(answer) == 2 and isinstance(answer[0], str)):
        return _answer(where, answer[0], passage) if answer else None
    if isinstance(answer, Mapping):
        for key in ("text", "answer_start"):
            if key not in answer:
                raise InputError(f"{where} has no {key!r}.{suggest(key, map(str, answer))}")
        text, start = answer["text"], answer["answer_start"]
        if isinstance(text, list | tuple) or (isinstance(text, np.ndarray) and text.ndim):
            if not len(text):
                return None
            text, start = text[0], start[0]
    elif isinstance(answer, list | tuple) and len(answer) == 2:
        text, start = answer
    else:
        raise InputError(f"{where} is {answer!r}; expected (text, first character).")
    if isinstance(text, bytes):
        text = text.decode()
    whole = isinstance(start, int | np.integer) and not isinstance(start, bool)
    if not isinstance(text, str) or not whole:
        raise InputError(
            f"{where} is ({text!r}, {start!r}); expected a text and the number of its first "
            "character in the passage."
        )
    if not text.strip():
        return None
    return answer_at(text, int(start), passage, where)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
