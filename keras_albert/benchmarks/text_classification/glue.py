"""GLUE: nine tasks and the diagnostic set, in the files of the benchmark's own download."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert import files
from keras_albert.benchmarks import tables
from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.text_classification.classification_metrics import (
    accuracy,
    correlations,
    f1,
    matthews,
)
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_regression import decoded_numbers, number
from keras_albert.benchmarks.text_classification.text_task import TextTask
from keras_albert.errors import InputError, suggest

_ENTAILMENT = ("entailment", "not_entailment")
_NLI = ("contradiction", "entailment", "neutral")


@dataclass(frozen=True)
class GlueFormat:
    """Where a task's files have what, by the names in their header lines.

    Attributes:
        texts: columns of the text and, for pairs, the second text.
        label: column of the label; test files lack it.
        labels: its values in the order of google-research/albert, `classifier_utils`; none for
            STS-B, whose labels are numbers from 0 to 5.
        submission: the file that gluebenchmark.com expects.
        recipe: the fine-tuning recipe.
        main: the metric epochs and seeds are chosen by.
        columns: what the training and validation files' columns are where they have no header.
        id: column of the line's number.
    """

    texts: tuple[str, ...]
    label: str
    labels: tuple[str, ...]
    submission: str
    recipe: str
    main: str = "accuracy"
    columns: tuple[str, ...] | None = None
    id: str = "index"


GLUE_FORMATS: dict[str, GlueFormat] = {
    "cola": GlueFormat(
        ("sentence",),
        "label",
        ("0", "1"),
        "CoLA.tsv",
        "cola",
        "matthews",
        columns=("source", "label", "mark", "sentence"),
    ),
    "sst2": GlueFormat(("sentence",), "label", ("0", "1"), "SST-2.tsv", "sst2"),
    "mrpc": GlueFormat(
        ("#1 String", "#2 String"), "Quality", ("0", "1"), "MRPC.tsv", "mrpc", "accuracy_and_f1"
    ),
    "stsb": GlueFormat(("sentence1", "sentence2"), "score", (), "STS-B.tsv", "stsb", "pearson"),
    "qqp": GlueFormat(
        ("question1", "question2"),
        "is_duplicate",
        ("0", "1"),
        "QQP.tsv",
        "qqp",
        "accuracy_and_f1",
        id="id",
    ),
    "mnli": GlueFormat(("sentence1", "sentence2"), "gold_label", _NLI, "MNLI-m.tsv", "mnli"),
    "qnli": GlueFormat(("question", "sentence"), "label", _ENTAILMENT, "QNLI.tsv", "qnli"),
    "rte": GlueFormat(("sentence1", "sentence2"), "label", _ENTAILMENT, "RTE.tsv", "rte"),
    "wnli": GlueFormat(("sentence1", "sentence2"), "label", ("0", "1"), "WNLI.tsv", "wnli"),
    "ax": GlueFormat(("sentence1", "sentence2"), "label", _NLI, "AX.tsv", "mnli", "matthews"),
}


_LIBRARY_NAMES = {
    "#1 String": "sentence1",
    "#2 String": "sentence2",
    "Quality": "label",
    "score": "label",
    "is_duplicate": "label",
    "gold_label": "label",
}
_NLI_NAMES = {"sentence1": "premise", "sentence2": "hypothesis"}


class Glue(TextTask):
    """One task of GLUE (Wang et al. 2018, arXiv 1804.07461).

    Files are the `.tsv` of the benchmark's download: tab-separated, quotation marks are text, a
    header line (CoLA's train.tsv and dev.tsv have none). MRPC's `msr_paraphrase_*.txt` and GLUE's
    own train.tsv have the same columns. Some lines of QQP's train.tsv lack columns: `skip_bad`
    leaves them out. AX is a test set: what is fine-tuned on MNLI answers it.

    Args:
        dataset: "cola", "sst2", "mrpc", "stsb", "qqp", "mnli", "qnli", "rte", "wnli" or "ax".

    Raises:
        InputError: an unknown dataset.
    """

    def __init__(self, dataset: str) -> None:
        if dataset not in GLUE_FORMATS:
            known = ", ".join(GLUE_FORMATS)
            raise InputError(
                f"GLUE has no task {dataset!r}; known: {known}.{suggest(dataset, GLUE_FORMATS)}"
            )
        self.format = GLUE_FORMATS[dataset]
        self.name = f"glue/{dataset}"
        self.submission = self.format.submission
        self.main_metric = self.format.main
        self.recipe = self.format.recipe
        self.sequence_length = 128
        self.labels = list(self.format.labels) or None
        self.problem_kind = "single_label" if self.labels else "regression"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        path = tables.existing(path)
        mismatched = "mismatched" in path.name
        self.submission = "MNLI-mm.tsv" if mismatched else self.format.submission
        columns = self.format.columns
        # CoLA's training files have no header line; its test file has one, with other columns.
        headed = columns is None or _first_line(path).split("\t")[:2] == ["index", "sentence"]
        found = tables.tab_rows(path, None if headed else columns)
        return tables.collect(path, found, self._maker(path, labelled), skip_bad=skip_bad)

    def hub_set(self) -> tuple[str, str]:
        return "nyu-mll/glue", self.name.partition("/")[2]

    def read_rows(
        self, rows: tables.Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """Columns have other names in the library than in the benchmark's files."""
        names = _LIBRARY_NAMES | (_NLI_NAMES if self.name in ("glue/mnli", "glue/ax") else {})
        make = self._maker(Path(source), labelled)

        def renamed(row: dict[str, Any], where: str) -> TextExample:
            wanted = (*self.format.texts, self.format.label)
            texts = {}
            for name in wanted:
                column = names.get(name, name)
                if column not in row and (labelled or name != self.format.label):
                    raise KeyError(column)
                value = row.get(column)
                texts[name] = "" if value is None else str(value)
            return make(texts, where)

        return tables.collect(source, rows, renamed, skip_bad=skip_bad)

    def _maker(self, path: Path, labelled: bool) -> Callable[[dict[str, str], str], TextExample]:
        wanted = [*self.format.texts, *((self.format.label,) if labelled else ())]

        def make(row: dict[str, str], where: str) -> TextExample:
            for name in wanted:
                if name not in row:
                    raise InputError(
                        f"{path}: {self.name} needs the column {name!r}; there is "
                        f"{', '.join(map(repr, row))}.{suggest(name, row)}"
                    )
            # A test file's lines are all answered, those with an empty text too.
            texts = [
                tables.required_text(row, name, where) if labelled else row[name]
                for name in self.format.texts
            ]
            label = self._label(row[self.format.label], where) if labelled else None
            pair = texts[1] if len(texts) > 1 else None
            identity = row.get(self.format.id)
            return TextExample(texts[0], pair, label, where, identity, row.get("genre"))

        return make

    def _label(self, value: str, where: str) -> Any:
        if self.labels is None:
            score = number(value, where)
            if not 0 <= score <= 5:
                raise InputError(f"{where}: the score {value} is not between 0 and 5.")
            return score
        value = value.strip()
        if value not in self.labels:
            raise InputError(
                f"{where}: {value!r} is not a label of {self.name}; expected one of "
                f"{', '.join(self.labels)}.{suggest(value, self.labels)}"
            )
        return value

    def learn(self, train: Examples) -> None:
        """Nothing: the labels are the benchmark's."""
        self.training_file = str(train.path)

    def chance(self, train: Examples, validation: Examples) -> dict[str, Any] | None:
        return None if self.labels is None else super().chance(train, validation)

    def num_outputs(self) -> int:
        return 1 if self.labels is None else len(self.labels)

    def problem(self, item: TextExample) -> str | None:
        return None if self.labels is None else super().problem(item)

    def targets(self, labels: Sequence[Any]) -> np.ndarray:
        if self.labels is None:
            return np.array(labels, np.float32)[:, np.newaxis]
        return super().targets(labels)

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        if self.labels is None:
            return decoded_numbers(examples, outputs)
        return super().decode(model, examples, encoded, outputs)

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """The benchmark's: Matthews' correlation for CoLA and AX, Pearson's and Spearman's for
        STS-B, accuracy and F1 for MRPC and QQP, accuracy for the others.

        Where there are two, their mean is there too: it is what the benchmark averages.
        """
        if self.labels is None:
            found = correlations(predictions)
            return {**found, "pearson_and_spearman": sum(found.values()) / 2}
        found = {"accuracy": accuracy(predictions)}
        if self.main_metric == "matthews":
            found["matthews"] = matthews(predictions)
        if self.main_metric == "accuracy_and_f1":
            found["f1"] = f1(predictions, "1")
            found["accuracy_and_f1"] = (found["accuracy"] + found["f1"]) / 2
        return found

    def write_submission(self, predictions: Sequence[Mapping[str, Any]], path: Path) -> None:
        """Writes `index<TAB>prediction` lines.

        In a folder the file is called MNLI-mm.tsv where MNLI's mismatched part was read.
        """
        lines = ["index\tprediction"]
        for position, row in enumerate(predictions):
            answer = row["prediction"]
            if self.labels is None:
                # The server refuses scores outside of the scale.
                answer = f"{min(5.0, max(0.0, answer)):.3f}"
            lines.append(f"{position}\t{answer}")
        with files.write_aside(self.submission_file(path)) as aside:
            aside.write_text("\n".join(lines) + "\n", "utf-8")


def _first_line(path: Path) -> str:
    first = next(tables.decoded_lines(path), None)
    return "" if first is None or isinstance(first[1], InputError) else first[1]
