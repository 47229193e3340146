"""keras-albert inspect."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result
from keras_albert.cli.convert import Head

_SOURCES = {
    "huggingface": "Hugging Face transformers",
    "tf1": "TensorFlow 1 (google-research/albert)",
    "keras-hub": "KerasHub",
    "keras": "keras-albert",
}


def inspect(
    path: Annotated[str, typer.Argument(metavar="PATH", help="As for convert --from.")],
    head: Head = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Show what a model's files hold: sizes, heads, tokenizer, source, warnings."""
    with quiet_imports():
        from keras_albert.models.conversion import describe
    found = describe(path, head=head)
    if as_json:
        show_result(found)
        return
    table = Table(title=found["path"], show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(found):
        table.add_row(name, value)
    Console(highlight=False, markup=False).print(table)


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "source", _SOURCES[found["source"]]
    for name, value in found["backbone"].items():
        yield name.replace("_", " "), str(value)
    for head, settings in found["heads"].items():
        about = ", ".join(f"{name} {value}" for name, value in settings.items())
        yield "head", f"{head.replace('_', ' ')}{f' ({about})' if about else ''}"
    if not found["heads"]:
        yield "head", "none"
    if found["labels"]:
        yield "labels", ", ".join(found["labels"])
    tokenizer = found["tokenizer"]
    yield "tokenizer", f"{tokenizer['kind']}: {tokenizer['file']}" if tokenizer else "none"
    for part, number in found["parameters"].items():
        yield f"parameters, {part.replace('_', ' ')}", f"{number:,}"
    for warning in found["warnings"]:
        yield "warning", warning
