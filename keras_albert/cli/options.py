"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

CORPUS_PANEL = "How the corpus is read"

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
        help="lines: a sentence a line. sentences: free text. auto: by the look of each file.",
        rich_help_panel=CORPUS_PANEL,
    ),
]
