"""Which columns of a file hold the text, the second text and the label."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keras_albert.errors import InputError, suggest
from keras_albert.text.lines import checked_encoding

# What people call their columns, in small letters. Where a row has one of a list it is taken; where
# it has several, and none has the task's own name, the person is asked.
TEXT_NAMES = (
    *("sentence", "review", "comment", "content", "document", "tweet", "message", "utterance"),
    *("passage", "article"),
)
PAIR_NAMES = (
    *(("sentence1", "sentence2"), ("sentence_1", "sentence_2"), ("sentence_a", "sentence_b")),
    *(("text1", "text2"), ("text_1", "text_2"), ("text_a", "text_b")),
    *(("premise", "hypothesis"), ("question1", "question2"), ("question", "sentence")),
)
LABEL_NAMES = (
    *("label", "labels", "class", "category", "categories", "target", "sentiment", "intent"),
    *("score", "rating", "similarity"),
)
CONTEXT_NAMES = ("context", "passage", "article", "paragraph")
QUESTION_NAMES = ("question", "query")
OPTIONS_NAMES = ("options", "choices", "endings")
ANSWER_NAMES = ("answer", "answerkey", "label", "correct")
KNOWN_NAMES = frozenset(
    (
        *("text", "text_pair", *TEXT_NAMES, *LABEL_NAMES, *CONTEXT_NAMES, *QUESTION_NAMES),
        *(*OPTIONS_NAMES, *ANSWER_NAMES, *(name for pair in PAIR_NAMES for name in pair)),
    )
)


@dataclass(frozen=True)
class ReadingOptions:
    """How a person's files are to be read, where they are not as the task's own.

    Attributes:
        text_column: the name of the column with the text (multiple choice: the context; questions:
            the question).
        text_pair_column: and with the second text (multiple choice: the question; questions: the
            passage).
        label_column: and with the label (multiple choice: the answer).
        encoding: such as "cp1252"; by default UTF-8, or UTF-16 where the file begins with its mark.
        separator: the character between columns of a table; by default as its header looks.

    Raises:
        InputError: the encoding is unknown, or the separator is not a character that can be one.
    """

    text_column: str | None = None
    text_pair_column: str | None = None
    label_column: str | None = None
    encoding: str | None = None
    separator: str | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            object.__setattr__(self, "encoding", checked_encoding(self.encoding))
        separator = {"\\t": "\t", "tab": "\t"}.get(self.separator or "", self.separator)
        if separator is not None and (len(separator) != 1 or separator in "\"'\r\n"):
            raise InputError(
                f"separator={separator!r} is not a character that can stand between columns; "
                "expected one such as ; or | or \\t."
            )
        object.__setattr__(self, "separator", separator)

    def given(self) -> dict[str, str]:
        """The options that are set, by name."""
        found = dataclasses.asdict(self)
        return {name: value for name, value in found.items() if value is not None}

    def changed(self, other: "ReadingOptions | None") -> "ReadingOptions":
        """These options, with those that another sets in their place."""
        return self if other is None else dataclasses.replace(self, **other.given())


def text_row(
    row: Mapping[str, Any], reading: ReadingOptions, where: str, label_key: str | None = None
) -> dict[str, Any]:
    """A row with the task's own names: "text", "text_pair" where there is one, and the label.

    Args:
        row: by the file's own names.
        reading: names that were given go before names that are known.
        where: file and line, for messages.
        label_key: what the task calls the label; None where it is not asked for.

    Returns:
        The row with these keys beside its own; a key is missing where the row has no such column.

    Raises:
        InputError: a column that was named is missing, or several may be meant.
    """
    text, pair = _text_columns(row, reading, where)
    found = {key: value for key, value in row.items() if key not in ("text", "text_pair")}
    if text is not None:
        found["text"] = row[text]
    if pair is not None:
        found["text_pair"] = row[pair]
    if label_key is not None:
        names = (label_key, *LABEL_NAMES)
        label = column_named(row, reading.label_column, "label", where) or one_of(
            row, names, "label", where, taken=(text, pair)
        )
        found.pop(label_key, None)
        if label is not None:
            found[label_key] = row[label]
    return found


def _text_columns(
    row: Mapping[str, Any], reading: ReadingOptions, where: str
) -> tuple[str | None, str | None]:
    text = column_named(row, reading.text_column, "text", where)
    pair = column_named(row, reading.text_pair_column, "text-pair", where)
    if text is not None:
        own = "text_pair" if "text_pair" in row and text != "text_pair" else None
        return text, pair or own
    if pair is None and "text" not in row:
        names = _by_small_name(row)
        for first, second in PAIR_NAMES:
            if first in names and second in names and not {"text", "text_pair"} & names.keys():
                return names[first], names[second]
    text = one_of(row, ("text", *TEXT_NAMES), "text", where, taken=(pair, reading.label_column))
    return text, pair or one_of(row, ("text_pair",), "text-pair", where)


def one_of(
    row: Mapping[str, Any],
    names: Sequence[str],
    option: str,
    where: str,
    taken: Sequence[str | None] = (),
) -> str | None:
    """The column of a row that has one of several names.

    Args:
        row: by the file's own names.
        names: the task's own name first, which goes before all others.
        option: what `--OPTION-column` would say which is meant.
        where: file and line, for messages.
        taken: columns that are something else.

    Raises:
        InputError: there are several, and none has the task's own name.
    """
    if names[0] in row and names[0] not in taken:
        return names[0]
    wanted = set(names)
    found = [key for key in row if key not in taken and _small(key) in wanted]
    exact = [key for key in found if _small(key) == names[0]]
    if len(exact) == 1:
        return exact[0]
    if len(found) > 1:
        raise InputError(
            f"{where}: {' and '.join(map(repr, found))} may both be the {option}: say which with "
            f"--{option}-column."
        )
    return found[0] if found else None


def column_named(row: Mapping[str, Any], name: str | None, option: str, where: str) -> str | None:
    """A column that a person named; None where nothing was named.

    Raises:
        InputError: the row has no such column.
    """
    if name is None or name in row:
        return name
    raise InputError(
        f"{where}: there is no column {name!r} (--{option}-column); there is "
        f"{', '.join(map(repr, row)) or 'nothing'}.{suggest(name, map(str, row))}"
    )


def _small(name: Any) -> str:
    return str(name).strip().lower()


def _by_small_name(row: Mapping[str, Any]) -> dict[str, str]:
    return {_small(name): name for name in row}
