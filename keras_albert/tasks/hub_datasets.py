"""Examples by name through the `datasets` library, written as the files tasks read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.errors import InputError
from keras_albert.tasks.finetune_task import FinetuneTask
from keras_albert.tasks.glue import Glue
from keras_albert.tasks.text_classification import TextClassification

PREFIX = "datasets:"
# Where GLUE's columns have other names in the library than in the benchmark's files.
_GLUE = "nyu-mll/glue"
_GLUE_COLUMNS = {
    "#1 String": "sentence1",
    "#2 String": "sentence2",
    "Quality": "label",
    "score": "label",
    "is_duplicate": "label",
    "gold_label": "label",
}
_MNLI_COLUMNS = {"sentence1": "premise", "sentence2": "hypothesis"}


def is_named(source: str | Path) -> bool:
    """Whether a source is a name for the library: "datasets:..."."""
    return str(source).startswith(PREFIX)


def fetched(task: FinetuneTask, source: str, folder: Path) -> Path:
    """Loads a split by name and writes it as a file that `task.read` reads.

    Args:
        task: a task of GLUE, whose sets are known by its name; or text classification, several
            labels or regression.
        source: "datasets:SPLIT" for GLUE, such as "datasets:train"; "datasets:NAME:SPLIT" or
            "datasets:NAME:CONFIGURATION:SPLIT" for other sets, which have the columns "text" and
            "label" ("labels"). NAME is whatever the library loads, a folder of its own too.
        folder: where the file goes.

    Raises:
        InputError: the library is not installed or cannot load the set, or the task has no names.
    """
    parts = source.removeprefix(PREFIX).split(":")
    if isinstance(task, Glue):
        name, configuration = _GLUE, task.name.partition("/")[2]
        if len(parts) > 1:
            name = parts[0]
    elif isinstance(task, TextClassification) and len(parts) in (2, 3):
        name, configuration = parts[0], parts[1] if len(parts) == 3 else ""
    else:
        raise InputError(
            f"{source}: expected datasets:SPLIT for a task of GLUE, or datasets:NAME:SPLIT for "
            f"text tasks; {task.name} reads "
            f"{'other names' if isinstance(task, TextClassification) else 'files only'}."
        )
    loaded = _load(name, configuration or None, parts[-1], source)
    rows = [_named_labels(row, loaded.features, task.labels) for row in loaded]
    if isinstance(task, Glue):
        return _write_glue(task, rows, folder / f"{parts[-1]}.tsv", source)
    path = folder / f"{parts[-1]}.jsonl"
    with files.write_aside(path) as aside, aside.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def _load(name: str, configuration: str | None, split: str, source: str) -> Any:
    try:
        import datasets
    except ImportError as error:
        raise InputError(
            f"{source} needs the datasets library: pip install keras-albert[datasets]"
        ) from error
    try:
        if (Path(name) / "state.json").is_file() or (Path(name) / "dataset_dict.json").is_file():
            found = datasets.load_from_disk(name)
            return found[split] if isinstance(found, datasets.DatasetDict) else found
        return datasets.load_dataset(name, configuration, split=split)
    except (OSError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{source} could not be loaded: {reason}") from error


def _named_labels(row: Mapping[str, Any], features: Any, known: list[str] | None) -> dict[str, Any]:
    """A row with the names of its labels, or their numbers where the task knows them by these."""
    named = dict(row)
    for key in ("label", "labels"):
        feature = features.get(key)
        inner = getattr(feature, "feature", feature)
        if key not in named or not hasattr(inner, "int2str"):
            continue

        def name(number: int, inner: Any = inner) -> str:
            text = inner.int2str(number) if number >= 0 else ""
            return text if known is None or text in known else str(number)

        value = named[key]
        named[key] = [name(n) for n in value] if isinstance(value, list) else name(value)
    return named


def _write_glue(task: Glue, rows: list[dict[str, Any]], path: Path, source: str) -> Path:
    renamed = dict(_GLUE_COLUMNS)
    if task.name in ("glue/mnli", "glue/ax"):
        renamed |= _MNLI_COLUMNS
    columns = [*task.format.texts, task.format.label]
    lines = ["\t".join(["index", *columns])]
    # The benchmark's CoLA files have no header line; its columns are source, label, mark, text.
    headless = task.format.columns
    for number, row in enumerate(rows):
        try:
            values = [str(row[renamed.get(name, name)]) for name in columns]
        except KeyError as error:
            raise InputError(f"{source} has no column {error}, which {task.name} needs.") from error
        values = [" ".join(value.split()) for value in values]
        lines.append("\t".join([str(number), *values]))
        if headless:
            lines[-1] = f"\t{values[1]}\t\t{values[0]}"
    with files.write_aside(path) as aside:
        aside.write_text("\n".join(lines[1:] if headless else lines) + "\n", "utf-8")
    return path
