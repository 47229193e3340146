"""keras-albert inspect: a model's folder, or an exported one with its files' digests compared."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import show_result
from keras_albert.cli.convert import Head
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.runtime.digests import CARD_FILE, changed_files

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
    """Show what a model's files hold: sizes, heads, tokenizer, source, warnings.

    Of an exported model: what its card says, after each file was compared with its SHA-256.
    """
    card = artifact_card(Path(path))
    if card is not None:
        if as_json:
            show_result(card)
        else:
            _show_table(path, _card_rows(card))
        return
    with quiet_imports():
        from keras_albert.models.conversion import describe
    found = describe(path, head=head)
    if as_json:
        show_result(found)
        return
    _show_table(found["path"], _rows(found))


def artifact_card(folder: Path) -> dict[str, Any] | None:
    """The card of an exported model whose files are those that were exported.

    Args:
        folder: any path.

    Returns:
        The card, with "files_compared", how many files were compared with their digest; None where
        the path is no exported model's.

    Raises:
        InputError: a file is missing, damaged or was replaced.
    """
    if not (folder / CARD_FILE).is_file():
        return None
    card: Any = read_json(folder / CARD_FILE)
    if not isinstance(card, dict) or not isinstance(card.get("sha256", {}), dict):
        raise InputError(f"{folder / CARD_FILE} is not an export's card; export again.")
    # Cards of version 0.1.0 have no digests.
    digests = card.get("sha256", {})
    changed = changed_files(folder, digests)
    if changed:
        others = f", and so are {', '.join(changed[1:])}" if changed[1:] else ""
        raise InputError(
            f"{folder / changed[0]} is not the file that was exported (it is missing, or its "
            f"SHA-256 differs){others}. Copy the folder again, or export again."
        )
    return {**card, "files_compared": len(digests)}


def _show_table(title: str, rows: Iterable[tuple[str, str]]) -> None:
    table = Table(title=title, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    Console(highlight=False, markup=False).print(table)


def _card_rows(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "source", f"exported to {card['format']} by keras-albert"
    for name in ("task", "quantize", "depth", "depth_is_input", "sequence_length", "made"):
        yield name.replace("_", " "), str(card[name])
    yield "bytes", f"{card['bytes']:,}"
    yield "files", f"{card['files_compared']} compared with their SHA-256"


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
