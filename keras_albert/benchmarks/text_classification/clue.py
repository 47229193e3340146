"""CLUE's classification tasks, in the files of the benchmark's own download."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.benchmarks import tables
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.text_classification.classification_metrics import accuracy
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_task import TextTask
from keras_albert.errors import InputError, suggest

_NLI = ("contradiction", "entailment", "neutral")
# The codes CLUE gives TNEWS's classes: 100 to 116 without 105 and 111.
_NEWS = tuple(str(code) for code in range(100, 117) if code not in (105, 111))


def _pair(first: str, second: str) -> Callable[[dict[str, Any], str], tuple[str, str | None]]:
    return lambda row, where: (
        tables.required_text(row, first, where),
        tables.required_text(row, second, where),
    )


def _single(name: str) -> Callable[[dict[str, Any], str], tuple[str, str | None]]:
    return lambda row, where: (tables.required_text(row, name, where), None)


def _keywords(row: dict[str, Any], where: str) -> tuple[str, str | None]:
    """CSL: do these keywords belong to the abstract?"""
    keywords = row.get("keyword")
    if not isinstance(keywords, list) or not all(isinstance(word, str) for word in keywords):
        raise InputError(f'{where}: "keyword" is missing or is not a list of texts: {keywords!r}.')
    return " ".join(keywords), tables.required_text(row, "abst", where)


def _marked(row: dict[str, Any], where: str) -> tuple[str, str | None]:
    """WSC: the text with its pronoun and its noun marked, `_noun_` and `[pronoun]`.

    CLUE's own baseline, `clue.py` `WscProcessor`.
    """
    text, target = tables.required_text(row, "text", where), row.get("target")
    keys = ("span1_index", "span1_text", "span2_index", "span2_text")
    if not isinstance(target, dict) or any(key not in target for key in keys):
        raise InputError(f'{where}: "target" needs {", ".join(keys)}; it is {target!r}.')
    marks = []
    for number, signs in ((2, "[]"), (1, "__")):
        start, span = target[f"span{number}_index"], target[f"span{number}_text"]
        if not isinstance(start, int) or not isinstance(span, str) or start < 0:
            raise InputError(
                f"{where}: span{number} is not a place and a text: {start!r}, {span!r}."
            )
        if text[start : start + len(span)] != span:
            raise InputError(f"{where}: {span!r} does not stand at character {start} of the text.")
        marks.append((start, start + len(span), signs))
    # From the end, so that what is put in moves nothing that is still to be marked.
    for start, end, signs in sorted(marks, reverse=True):
        text = f"{text[:start]}{signs[0]}{text[start:end]}{signs[1]}{text[end:]}"
    return text, None


@dataclass(frozen=True)
class ClueFormat:
    """What a task's lines hold.

    Attributes:
        texts: a line -> the text and, for pairs, the second text.
        labels: its values.
        submission: the file that cluebenchmarks.com expects (CLUE's README, "CLUE1.1"), where two
            versions of the test set exist that for 1.1.
        described: key that names a label in words, which the submission repeats.
    """

    texts: Callable[[dict[str, Any], str], tuple[str, str | None]]
    labels: tuple[str, ...]
    submission: str
    described: str | None = None


CLUE_FORMATS: dict[str, ClueFormat] = {
    "afqmc": ClueFormat(_pair("sentence1", "sentence2"), ("0", "1"), "afqmc_predict.json"),
    "tnews": ClueFormat(_single("sentence"), _NEWS, "tnews11_predict.json", "label_desc"),
    "iflytek": ClueFormat(
        _single("sentence"),
        tuple(str(number) for number in range(119)),
        "iflytek_predict.json",
        "label_des",
    ),
    "cmnli": ClueFormat(_pair("sentence1", "sentence2"), _NLI, "cmnli_predict.json"),
    "csl": ClueFormat(_keywords, ("0", "1"), "csl_predict.json"),
    "wsc": ClueFormat(_marked, ("false", "true"), "cluewsc11_predict.json"),
    "ocnli": ClueFormat(_pair("sentence1", "sentence2"), _NLI, "ocnli_50k_predict.json"),
}


class Clue(TextTask):
    """One classification task of CLUE (Xu et al. 2020, arXiv 2004.05986): accuracy.

    Files are the `.json` of the benchmark's download, an object a line. Lines of CMNLI and OCNLI
    whose label is "-" (no agreement) are left out, as CLUE's own baselines leave them out.

    Args:
        dataset: "afqmc", "tnews", "iflytek", "cmnli", "csl", "wsc" or "ocnli".
        descriptions: labels in words (TNEWS, IFLYTEK), which reading training examples adds to.

    Raises:
        InputError: an unknown dataset.
    """

    def __init__(self, dataset: str, descriptions: Mapping[str, str] | None = None) -> None:
        if dataset not in CLUE_FORMATS:
            known = ", ".join(CLUE_FORMATS)
            raise InputError(
                f"CLUE has no such task {dataset!r}; known: {known}."
                + suggest(dataset, CLUE_FORMATS)
            )
        self.format = CLUE_FORMATS[dataset]
        self.name = f"clue/{dataset}"
        self.submission = self.format.submission
        self.main_metric = "accuracy"
        self.sequence_length = 256 if dataset == "csl" else 128
        self.labels = list(self.format.labels)
        self.descriptions = dict(descriptions or {})

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        path = tables.existing(path)
        # The download's test1.0.json is the older of two test sets.
        older = path.name == "test1.0.json"
        self.submission = self.format.submission.replace("11_", "10_" if older else "11_")

        return self.read_rows(
            tables.json_rows(path), str(path), labelled=labelled, skip_bad=skip_bad
        )

    def hub_set(self) -> tuple[str, str]:
        dataset = self.name.partition("/")[2]
        return "clue/clue", "cluewsc2020" if dataset == "wsc" else dataset

    def read_rows(
        self, rows: tables.Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        def agreed(found: tables.Rows) -> tables.Rows:
            for where, row in found:
                if not (labelled and isinstance(row, dict) and row.get("label") == "-"):
                    yield where, row

        def make(row: dict[str, Any], where: str) -> TextExample:
            text, pair = self.format.texts(row, where)
            label = self._label(row, where) if labelled else None
            return TextExample(text, pair, label, where, row.get("id"))

        return tables.collect(source, agreed(rows), make, skip_bad=skip_bad)

    def _label(self, row: dict[str, Any], where: str) -> str:
        label = str(row.get("label"))
        known = self.labels or []
        if "label" not in row or label not in known:
            raise InputError(
                f"{where}: {row.get('label')!r} is not a label of {self.name}; expected one of "
                f"{', '.join(known[:20])}{' ...' if len(known) > 20 else ''}."
            )
        if self.format.described and isinstance(row.get(self.format.described), str):
            self.descriptions[label] = row[self.format.described]
        return label

    def learn(self, train: Examples) -> None:
        """Nothing: the labels are the benchmark's."""
        self.training_file = str(train.path)

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"accuracy"}."""
        return {"accuracy": accuracy(predictions)}

    def write_submission(self, predictions: Sequence[Mapping[str, Any]], path: Path) -> None:
        """Writes an object a line with "id" and "label" (TNEWS, IFLYTEK: its name in words too).

        In a folder the file gets the name for version 1.0 of the benchmark where its test1.0.json
        was read.
        """
        with (
            files.write_aside(self.submission_file(path)) as aside,
            aside.open("w", encoding="utf-8") as file,
        ):
            for position, row in enumerate(predictions):
                answer = {"id": row.get("id", position), "label": row["prediction"]}
                if description := self.descriptions.get(row["prediction"]):
                    answer[self.format.described or ""] = description
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "descriptions": self.descriptions}
