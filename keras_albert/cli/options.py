"""Options that several commands share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from keras_albert.errors import InputError, suggest

CORPUS_PANEL = "How the corpus is read"
FILES_PANEL = "How files of examples are read"

Corpus = Annotated[
    list[str],
    typer.Option(
        metavar="PATH...",
        help="Text or JSON lines, gzipped or not: files, folders, globs, - for standard input.",
    ),
]
Output = Annotated[Path, typer.Option(help="What to make. It appears when all is done.")]
Replace = Annotated[bool, typer.Option("--replace", help="Whether an existing output gives way.")]
TextField = Annotated[
    str, typer.Option(help="JSON field that holds a text.", rich_help_panel=CORPUS_PANEL)
]
ParagraphsField = Annotated[
    str,
    typer.Option(help="JSON field that holds a list of paragraphs.", rich_help_panel=CORPUS_PANEL),
]
IdField = Annotated[
    str, typer.Option(help="JSON field that names a document.", rich_help_panel=CORPUS_PANEL)
]
Language = Annotated[
    str,
    typer.Option(help="Language code for splitting into sentences.", rich_help_panel=CORPUS_PANEL),
]
Split = Annotated[
    str,
    typer.Option(
        metavar="auto|lines|paragraphs|wrapped",
        help="lines: a sentence a line. paragraphs: a paragraph a line, or many. wrapped: lines "
        "broken anywhere, blank lines between paragraphs. auto: by the look of each file.",
        rich_help_panel=CORPUS_PANEL,
    ),
]
Model = Annotated[
    str, typer.Option(help="A run's folder, a folder save_to_preset wrote, or a shipped preset.")
]

TextColumn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Column or field with the text (multiple choice: the context; questions: the "
        "question). By default text, sentence, review, ...",
        rich_help_panel=FILES_PANEL,
    ),
]
TextPairColumn = Annotated[
    str | None,
    typer.Option(
        "--text-pair-column",
        "--pair-column",
        metavar="NAME",
        help="And with the second text of a pair (multiple choice: the question; questions: the "
        "passage). By default text_pair, sentence2, hypothesis, ...",
        rich_help_panel=FILES_PANEL,
    ),
]
LabelColumn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="And with the label. By default label, class, category, ...",
        rich_help_panel=FILES_PANEL,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Such as cp1252, latin-1 or gb18030; by default UTF-8, or UTF-16 with its mark.",
        rich_help_panel=FILES_PANEL,
    ),
]
Separator = Annotated[
    str | None,
    typer.Option(
        metavar="CHARACTER",
        help="Between a table's columns, such as ; or | or \\\\t; by default as its header looks.",
        rich_help_panel=FILES_PANEL,
    ),
]


def depths(value: str | None) -> tuple[int, ...] | str | None:
    """What --depths names: "all", or numbers of layers, ascending.

    Raises:
        InputError: it is neither.

    >>> depths("4,1,2")
    (1, 2, 4)
    """
    if value is None or value == "all":
        return value
    try:
        return tuple(sorted({int(part) for part in value.split(",")}))
    except ValueError:
        raise InputError(
            f"--depths {value} is neither all nor numbers of layers such as 1,2,4."
        ) from None


def check_choice(option: str, value: str, choices: Sequence[str]) -> None:
    """Checks an option that takes one of a few words.

    Args:
        option: its name, as it is typed.
        value: what was given.
        choices: what may be given.

    Raises:
        InputError: the value is none of them; the nearest is suggested.
    """
    if value not in choices:
        raise InputError(
            f"{option} {value} is unknown.{suggest(value, choices)} Choose {' or '.join(choices)}."
        )
