"""Examples by name through the `datasets` library, written as the files tasks read."""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.benchmarks.choices.multiple_choice import MultipleChoice
from keras_albert.benchmarks.choices.race import GROUPS, Race
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.benchmarks.text_classification import clue
from keras_albert.benchmarks.text_classification.clue import Clue
from keras_albert.benchmarks.text_classification.glue import Glue
from keras_albert.benchmarks.text_classification.text_classification import TextClassification
from keras_albert.benchmarks.token_classification.token_classification import TokenClassification
from keras_albert.errors import InputError

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
# Names and configurations of the other benchmarks in the library's hub.
KNOWN_SETS = {
    **{f"clue/{name}": ("clue/clue", name) for name in clue.CLUE_FORMATS},
    "clue/wsc": ("clue/clue", "cluewsc2020"),
    "squad1": ("rajpurkar/squad", ""),
    "squad2": ("rajpurkar/squad_v2", ""),
    "cmrc2018": ("clue/clue", "cmrc2018"),
    "race": ("ehovy/race", "all"),
}
_MNLI_COLUMNS = {"sentence1": "premise", "sentence2": "hypothesis"}


def is_named(source: str | Path) -> bool:
    """Whether a source is a name for the library: "datasets:..."."""
    return str(source).startswith(PREFIX)


def read_examples(
    task: FinetuneTask, source: str | Path, *, labelled: bool = True, skip_bad: bool = False
) -> Examples:
    """What `task.read` reads from a file, or from a set by name (see `fetched`).

    Raises:
        InputError: see `fetched` and `FinetuneTask.read`.
    """
    if not is_named(source):
        return task.read(source, labelled=labelled, skip_bad=skip_bad)
    with tempfile.TemporaryDirectory() as folder:
        file = fetched(task, str(source), Path(folder))
        # The name stays: it is what a stopped run is begun with again.
        examples = task.read(file, labelled=labelled, skip_bad=skip_bad)
        return replace(examples, path=Path(source))


def fetched(task: FinetuneTask, source: str, folder: Path) -> Path:
    """Loads a split by name and writes it as a file that `task.read` reads.

    Args:
        task: the task that will read it.
        source: "datasets:SPLIT", such as "datasets:train", for a benchmark whose set the library
            has under a name of its own (GLUE, CLUE, SQuAD, CMRC 2018, RACE);
            "datasets:NAME:SPLIT" or "datasets:NAME:CONFIGURATION:SPLIT" for any set with the
            task's columns. NAME is whatever the library loads, a folder of its own too. The
            columns are the benchmark's own names in the library; for texts "text" and "label"
            ("labels"); for tagging "tokens" (or "words") and "ner_tags" (or "tags").
        folder: where the file goes.

    Returns:
        The file, or RACE's folder.

    Raises:
        InputError: the library is not installed or cannot load the set, a column is missing, or
            the task has no sets.
    """
    parts = source.removeprefix(PREFIX).split(":")
    name, configuration = KNOWN_SETS.get(task.name, ("", ""))
    if isinstance(task, Glue):
        name, configuration = _GLUE, task.name.partition("/")[2]
    if len(parts) > 1:
        name, configuration = parts[0], parts[1] if len(parts) == 3 else ""
    writer = next((w for kind, w in _WRITERS.items() if isinstance(task, kind)), None)
    if writer is None or not name or len(parts) > 3:
        raise InputError(
            f"{source}: expected datasets:SPLIT for GLUE, CLUE, SQuAD, CMRC 2018 and RACE, or "
            f"datasets:NAME:SPLIT; {task.name} "
            + ("reads files only." if writer is None else "has no set of its own: name one.")
        )
    loaded = _load(name, configuration or None, parts[-1], source)
    rows = [_named_labels(row, loaded.features, task.labels) for row in loaded]
    try:
        return writer(task, rows, folder / parts[-1])
    except KeyError as error:
        raise InputError(f"{source} has no column {error}, which {task.name} needs.") from error


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
    for key in ("label", "labels", "ner_tags", "tags"):
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


def _lines(path: Path, lines: Iterable[str]) -> Path:
    with files.write_aside(path) as aside, aside.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _write_json_lines(task: Any, rows: list[dict[str, Any]], path: Path) -> Path:
    return _lines(path.with_suffix(".jsonl"), (json.dumps(row, ensure_ascii=False) for row in rows))


def _write_squad(task: Any, rows: list[dict[str, Any]], path: Path) -> Path:
    """SQuAD's object, a paragraph a question; the library has its answers column by column."""
    paragraphs = []
    for row in rows:
        given = row["answers"]
        answers = [
            {"text": text, "answer_start": start}
            for text, start in zip(given["text"], given["answer_start"], strict=True)
        ]
        question = {"id": str(row["id"]), "question": row["question"], "answers": answers}
        paragraphs.append({"context": row["context"], "qas": [question]})
    path = path.with_suffix(".json")
    files.write_json(path, {"data": [{"paragraphs": paragraphs}]})
    return path


def _write_race(task: Any, rows: list[dict[str, Any]], path: Path) -> Path:
    """RACE's folders, a file a question; its name says whether it is from middle or high school."""
    with files.write_directory_aside(path, replace=True) as aside:
        for number, row in enumerate(rows):
            name = str(row.get("example_id", number))
            part = next((group for group in GROUPS if name.startswith(group)), "")
            (aside / part).mkdir(exist_ok=True)
            content = {
                "id": name,
                "article": row["article"],
                "questions": [row["question"]],
                "options": [row["options"]],
                "answers": [row["answer"]],
            }
            files.write_json(aside / part / f"{number}.txt", content)
    return path


def _write_tags(task: Any, rows: list[dict[str, Any]], path: Path) -> Path:
    """A word and its tag a line, a blank line between sentences."""
    lines = []
    for row in rows:
        words = row["tokens"] if "tokens" in row else row["words"]
        tags = row["ner_tags"] if "ner_tags" in row else row["tags"]
        lines += [f"{word}\t{tag}" for word, tag in zip(words, tags, strict=True)]
        lines.append("")
    return _lines(path.with_suffix(".conll"), lines)


def _write_glue(task: Glue, rows: list[dict[str, Any]], path: Path) -> Path:
    renamed = dict(_GLUE_COLUMNS)
    if task.name in ("glue/mnli", "glue/ax"):
        renamed |= _MNLI_COLUMNS
    columns = [*task.format.texts, task.format.label]
    lines = ["\t".join(["index", *columns])]
    # The benchmark's CoLA files have no header line; its columns are source, label, mark, text.
    headless = task.format.columns
    for number, row in enumerate(rows):
        values = [str(row[renamed.get(name, name)]) for name in columns]
        values = [" ".join(value.split()) for value in values]
        lines.append("\t".join([str(number), *values]))
        if headless:
            lines[-1] = f"\t{values[1]}\t\t{values[0]}"
    return _lines(path.with_suffix(".tsv"), lines[1:] if headless else lines)


_WRITERS: dict[type, Callable[[Any, list[dict[str, Any]], Path], Path]] = {
    Glue: _write_glue,
    Clue: _write_json_lines,
    TextClassification: _write_json_lines,
    PassageTask: _write_squad,
    Race: _write_race,
    MultipleChoice: _write_json_lines,
    TokenClassification: _write_tags,
}
