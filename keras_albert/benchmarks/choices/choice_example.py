"""One question with options, as a file has it."""

from dataclasses import dataclass


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
