"""Text classification from files of anybody's making."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_albert.benchmarks import tables
from keras_albert.benchmarks.columns import text_row
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.text_classification.classification_metrics import accuracy, macro_f1
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_task import TextTask, label_name
from keras_albert.errors import InputError, suggest

_KINDS = {str: "text", int: "a whole number"}


class TextClassification(TextTask):
    """One label of several for a text or a pair.

    Files as `tables.rows` reads them (JSON, tables, Parquet), with "text", "label" and, for pairs,
    "text_pair" ("id" is kept). `reading` says what they are called where they are called something
    else; the usual names (`columns`) are known. A label is text, in Unicode's composed form (NFC),
    or a whole number, and so are all others of its file: `1` beside `"1"` is an error.
    """

    name: str = "text-classification"
    main_metric: str = "accuracy"
    label_key: str = "label"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        path = tables.existing(path)
        found = tables.rows(path, self.reading)
        is_table = tables.existing_suffix(path) not in tables.JSON_SUFFIXES
        first: TextExample | None = None
        first_label: Any = None

        def make(row: dict[str, Any], where: str) -> TextExample:
            nonlocal first, first_label
            row = text_row(row, self.reading, where, self.label_key if labelled else None)
            if is_table:
                self._check_columns(row, path, labelled)
            example = self._example(row, where, labelled)
            first = first or example
            if (example.text_pair is None) != (first.text_pair is None):
                pair = "no text_pair" if example.text_pair is None else "a text_pair"
                raise InputError(
                    f"{where}: {pair}, unlike {first.where}: all lines are single texts or all "
                    "are pairs."
                )
            for label in self.named_labels(row) if labelled else ():
                first_label = label if first_label is None else first_label
                if type(label) is not type(first_label):
                    raise InputError(
                        f"{where}: the label {label!r} is {_KINDS[type(label)]}, unlike "
                        f"{first_label!r} before it: write all as text or all as whole numbers."
                    )
            return example

        return tables.collect(path, found, make, skip_bad=skip_bad)

    def read_rows(
        self, rows: tables.Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """Columns of a set have one type, so only pairs are looked at."""
        paired: bool | None = None

        def make(row: dict[str, Any], where: str) -> TextExample:
            nonlocal paired
            row = text_row(row, self.reading, where, self.label_key if labelled else None)
            example = self._example(row, where, labelled)
            paired = (example.text_pair is not None) if paired is None else paired
            if (example.text_pair is not None) != paired:
                raise InputError(f"{where}: all rows are single texts or all are pairs.")
            return example

        return tables.collect(source, rows, make, skip_bad=skip_bad)

    def _check_columns(self, row: dict[str, Any], path: Path, labelled: bool) -> None:
        wanted = (("text", "text-column"), (self.label_key, "label-column"))
        for name, option in wanted if labelled else wanted[:1]:
            if name not in row:
                raise InputError(
                    f"{path}:1: no column {name!r} in the header, which has "
                    f"{', '.join(map(repr, row))}.{suggest(name, row)} Name it with --{option}."
                )

    def _example(self, row: dict[str, Any], where: str, labelled: bool) -> TextExample:
        text = tables.required_text(row, "text", where)
        pair = row.get("text_pair")
        if pair is not None and (not isinstance(pair, str) or not pair.strip()):
            raise InputError(f'{where}: "text_pair" is there but is not text, or is empty.')
        example = TextExample(text, pair, None, where, row.get("id"))
        return replace(example, label=self.label(row, where)) if labelled else example

    def label(self, row: dict[str, Any], where: str) -> Any:
        """The label of a row.

        Raises:
            InputError: it is missing or of another kind.
        """
        label = row.get("label")
        if isinstance(label, bool) or not isinstance(label, str | int) or not str(label).strip():
            raise InputError(
                f'{where}: "label" is missing or is {label!r}; expected text or a whole number'
                f"{'' if 'label' in row else '. Name its column with --label-column'}."
            )
        return label_name(label)

    def named_labels(self, row: dict[str, Any]) -> Sequence[str | int]:
        """The labels in a row as they are written, all of one type; none where they are numbers."""
        return (row["label"],)

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"accuracy", "macro_f1"}."""
        return {"accuracy": accuracy(predictions), "macro_f1": macro_f1(predictions)}
