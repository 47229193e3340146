"""Examples by name through the `datasets` library: its rows go to the task as they are."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.tables import Rows
from keras_albert.errors import InputError

PREFIX = "datasets:"


def is_named(source: str | Path) -> bool:
    """Whether a source is a name for the library: "datasets:..."."""
    return str(source).startswith(PREFIX)


def read_examples(
    task: FinetuneTask, source: str | Path, *, labelled: bool = True, skip_bad: bool = False
) -> Examples:
    """What `task.read` reads from a file, or `task.read_rows` from a set by name.

    Args:
        task: the task that reads.
        source: a file; or "datasets:SPLIT", such as "datasets:train", for a benchmark whose set the
            library has under a name of its own (GLUE, CLUE, SQuAD, CMRC 2018, RACE);
            "datasets:NAME:SPLIT" or "datasets:NAME:CONFIGURATION:SPLIT" for any set with the
            task's columns. NAME is whatever the library loads, a folder of its own too. The
            columns are the benchmark's own names in the library; for texts "text" and "label"
            ("labels"); for tagging "tokens" (or "words") and "ner_tags" (or "tags").
        labelled: see `FinetuneTask.read`.
        skip_bad: likewise.

    Raises:
        InputError: see `FinetuneTask.read`; or the library is not installed or cannot load the
            set, a column is missing, or the task has no sets.
    """
    if not is_named(source):
        return task.read(source, labelled=labelled, skip_bad=skip_bad)
    source = str(source)
    parts = source.removeprefix(PREFIX).split(":")
    name, configuration = task.hub_set() or ("", "")
    if len(parts) > 1:
        name, configuration = parts[0], parts[1] if len(parts) == 3 else ""
    if not name or len(parts) > 3:
        raise InputError(
            f"{source}: expected datasets:SPLIT for GLUE, CLUE, SQuAD, CMRC 2018 and RACE, or "
            f"datasets:NAME:SPLIT; {task.name} has no set of its own: name one."
        )
    loaded = _load(name, configuration or None, parts[-1], source)
    rows = _rows(loaded, loaded.features, source, task.labels)
    try:
        examples = task.read_rows(rows, source, labelled=labelled, skip_bad=skip_bad)
    except KeyError as error:
        raise InputError(f"{source} has no column {error}, which {task.name} needs.") from error
    # The name is what a stopped run is begun with again.
    return replace(examples, path=Path(source))


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


def _rows(loaded: Iterable[Any], features: Any, source: str, known: list[str] | None) -> Rows:
    names = {key: found for key in features if (found := _names(features[key])) is not None}
    for number, row in enumerate(loaded):
        named = {key: _named(row[key], names.get(key), known) for key in row}
        yield f"{source}: row {number}", named


def _names(feature: Any) -> list[str] | None:
    """The names of a `ClassLabel`, or of a list of them; None for another feature."""
    while not hasattr(feature, "names") and hasattr(feature, "feature"):
        feature = feature.feature
    names = getattr(feature, "names", None)
    return list(names) if names is not None and hasattr(feature, "int2str") else None


def _named(value: Any, names: list[str] | None, known: list[str] | None) -> Any:
    """Names of labels, or their numbers where the task knows them by these; None for hidden."""
    if names is None or value is None:
        return value
    if isinstance(value, list):
        return [_named(one, names, known) for one in value]
    if value < 0:
        return None
    name = names[value]
    return name if known is None or name in known or str(value) not in known else str(value)
