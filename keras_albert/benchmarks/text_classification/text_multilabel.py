"""Several labels, or none, for a text."""

import ast
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.text_classification.classification_metrics import label_set_metrics
from keras_albert.benchmarks.text_classification.text_classification import TextClassification
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_task import label_name
from keras_albert.errors import InputError, suggest

SEPARATOR = "|"


class TextMultilabel(TextClassification):
    """Several labels, or none, for a text or a pair.

    Files as `TextClassification` reads them, with "labels" instead of "label": a list in JSON
    lines; `a|b` in tables, or a list as JSON or Python write it. A label is answered where its
    probability is above 0.5.
    """

    name: str = "text-multilabel"
    main_metric: str = "micro_f1"
    problem_kind: str = "multi_label"
    label_key: str = "labels"

    def label(self, row: dict[str, Any], where: str) -> list[str]:
        labels = row.get("labels")
        if isinstance(labels, str):
            labels = _listed(labels)
        if not isinstance(labels, list) or not all(
            isinstance(label, str | int) and not isinstance(label, bool) for label in labels
        ):
            raise InputError(
                f'{where}: "labels" is missing or is {labels!r}; expected a list of texts or '
                f"whole numbers (in a table: a{SEPARATOR}b); --label-column names another column."
            )
        return sorted({label_name(label) for label in labels})

    def named_labels(self, row: dict[str, Any]) -> Sequence[str | int]:
        labels: str | list[str | int] = row["labels"]
        return _listed(labels) if isinstance(labels, str) else labels

    def learn(self, train: Examples) -> None:
        """The labels that occur, in order.

        Raises:
            InputError: there is none.
        """
        self.training_file = str(train.path)
        names = {label for example in train.items for label in example.label}
        if not names:
            raise InputError(f"{train.path}: no text has any label.")
        numeric = all(name.isdecimal() for name in names)
        self.labels = sorted(names, key=int) if numeric else sorted(names)

    def problem(self, item: TextExample) -> str | None:
        known = self.labels
        unknown = [x for x in item.label or () if known is not None and x not in known]
        if not unknown:
            return None
        return (
            f"{item.where}: the label {unknown[0]!r} does not occur in {self.training_file}."
            + suggest(unknown[0], known or [])
        )

    def chance(self, train: Examples, validation: Examples) -> None:
        """None: no single answer stands for chance here."""

    def targets(self, labels: Sequence[Any]) -> np.ndarray:
        """(N, C) of 0 and 1, float32."""
        known = self.labels or []
        return np.array([[name in given for name in known] for given in labels], np.float32)

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        labels = self.labels or []
        logits = np.asarray(outputs, np.float64)
        probabilities = np.where(
            logits >= 0, 1 / (1 + np.exp(-abs(logits))), 1 - 1 / (1 + np.exp(-abs(logits)))
        )
        answers = []
        for example, row, scores in zip(examples.items, probabilities, logits, strict=True):
            answer = self.asked(example)
            if example.label is not None:
                answer["gold"] = list(example.label)
            answer["prediction"] = [x for x, p in zip(labels, row, strict=True) if p > 0.5]
            answer["probabilities"] = {x: float(p) for x, p in zip(labels, row, strict=True)}
            if example.label is not None:
                gold = np.array([x in example.label for x in labels])
                answer["correct"] = answer["prediction"] == [
                    x for x in labels if x in example.label
                ]
                # -log p of what is so, over all labels.
                answer["loss"] = float(np.logaddexp(0, np.where(gold, -scores, scores)).mean())
            answers.append(answer)
        return answers

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"micro_f1", "macro_f1", "exact"}."""
        return label_set_metrics(predictions, self.labels or [])


def _listed(labels: str) -> list[str | int]:
    """The labels in a field of a table."""
    if labels.startswith("[") and labels.endswith("]"):
        # What pandas writes of a column of lists, and JSON's lists of texts and numbers.
        try:
            found = ast.literal_eval(labels)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(one, str | int) for one in found):
            return found
    return [label for label in labels.split(SEPARATOR) if label.strip()]
