"""One question with options, as a file has it."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keras_albert.benchmarks.columns import (
    ANSWER_NAMES,
    CONTEXT_NAMES,
    OPTIONS_NAMES,
    QUESTION_NAMES,
    ReadingOptions,
    column_named,
    one_of,
)


@dataclass(frozen=True)
class ChoiceExample:
    """A question on a context.

    Attributes:
        context: the passage; may be empty.
        question: may be empty; "_" is where an option belongs.
        options: two or more.
        answer: the number of the right option, or None.
        where: file and line, or file and question, for messages.
        id: its name.
        group: a part of the data that is also measured apart ("middle", "high"), or None.
    """

    context: str
    question: str
    options: list[str]
    answer: int | None
    where: str
    id: str
    group: str | None = None


# Columns for an option each: option1, option_2, ending0, choice1, or A, B, C, D.
_NUMBERED = re.compile(r"(?:option|choice|ending|answer)[ _]?(\d+|[a-h])|[a-h]", re.ASCII)


def choice_row(
    row: Mapping[str, Any], reading: ReadingOptions, where: str, labelled: bool
) -> dict[str, Any]:
    """A row with the task's own names: "context", "question", "options" and "answer".

    Options are a list; a list as JSON or Python write it, in a table; the texts of an object with
    "text" and "label" (as ARC's in the `datasets` library, whose answers are labels); or columns of
    their own such as ending0 to ending3.

    Args:
        row: by the file's own names.
        reading: "text_column" is the context, "text_pair_column" the question, "label_column" the
            answer.
        where: file and line, for messages.
        labelled: whether the answer is asked for.

    Returns:
        The row with these keys beside its own; a key is missing where the row has no such column.

    Raises:
        InputError: a column that was named is missing, or several may be meant.
    """
    wanted = [
        ("context", reading.text_column, CONTEXT_NAMES, "text"),
        ("question", reading.text_pair_column, QUESTION_NAMES, "text-pair"),
        ("options", None, OPTIONS_NAMES, "options"),
    ]
    if labelled:
        wanted.append(("answer", reading.label_column, ANSWER_NAMES, "label"))
    given = {name for _, name, _, _ in wanted if name is not None}
    found = {key: value for key, value in row.items() if key not in {key for key, *_ in wanted}}
    for key, name, names, option in wanted:
        column = column_named(row, name, option, where) or one_of(
            row, names, option, where, taken=tuple(given)
        )
        if column is not None:
            found[key] = row[column]
    options = found.get("options")
    if options is None and (numbered := _numbered(row)):
        found["options"] = [row[name] for name in numbered]
    if isinstance(options, str):
        found["options"] = _listed(options)
    letters: list[Any] = []
    if isinstance(options, Mapping) and isinstance(options.get("text"), list):
        found["options"], letters = options["text"], options.get("label") or []
    answer = found.get("answer")
    if answer in letters:
        found["answer"] = letters.index(answer)
    elif isinstance(answer, str) and answer.strip().isdecimal():
        found["answer"] = int(answer)
    return found


def _numbered(row: Mapping[str, Any]) -> list[str]:
    """The columns of one option each, in order."""
    found = [name for name in row if _NUMBERED.fullmatch(str(name).strip().lower())]
    return sorted(found, key=lambda name: (len(name), name.lower())) if len(found) > 1 else []


def _listed(options: str) -> Any:
    if not options.startswith("["):
        return options
    try:
        return ast.literal_eval(options)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return options
