"""A number for a text."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.text_classification.classification_metrics import (
    correlations,
    gold_and_predicted,
)
from keras_albert.benchmarks.text_classification.text_classification import TextClassification
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.errors import InputError


class TextRegression(TextClassification):
    """A number for a text or a pair.

    Files as `TextClassification` reads them; "label" is a number. The model learns the numbers as
    they are: squared error on raw scores.
    """

    name: str = "text-regression"
    main_metric: str = "pearson"
    problem_kind: str = "regression"

    def label(self, row: dict[str, Any], where: str) -> float:
        return number(row.get("label"), where)

    def named_labels(self, row: dict[str, Any]) -> tuple[()]:
        """None: 3 and 3.5 are of one kind."""
        return ()

    def learn(self, train: Examples) -> None:
        """Nothing: there are no classes."""

    def problem(self, item: TextExample) -> None:
        """None: every number is one."""

    def chance(self, train: Examples, validation: Examples) -> None:
        """None: a constant has no correlation with anything."""

    def num_outputs(self) -> int:
        return 1

    def targets(self, labels: Sequence[Any]) -> np.ndarray:
        """(N, 1), float32."""
        return np.array(labels, np.float32)[:, np.newaxis]

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        return decoded_numbers(examples, outputs)

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"pearson", "spearman", "mean_squared_error"}."""
        gold, predicted = (np.array(side, float) for side in gold_and_predicted(predictions))
        error = float(((gold - predicted) ** 2).mean())
        return {**correlations(predictions), "mean_squared_error": error}


def number(value: Any, where: str) -> float:
    """A label as a finite number.

    Raises:
        InputError: it is none.
    """
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise InputError(f'{where}: "label" is missing or is {value!r}; expected a number.')
    return found


def decoded_numbers(examples: Examples, outputs: Any) -> list[dict[str, Any]]:
    """Answers that are numbers, with the squared error where the file has numbers."""
    answers = []
    for example, row in zip(examples.items, np.asarray(outputs, float), strict=True):
        answer = TextClassification.asked(example)
        if example.label is not None:
            answer["gold"] = example.label
        answer["prediction"] = answer["score"] = float(row[0])
        if example.label is not None:
            answer["loss"] = (answer["prediction"] - example.label) ** 2
        answers.append(answer)
    return answers
