"""MultipleChoice: which of several options is right."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks.choices.choice_example import ChoiceExample, choice_row
from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.tables import Rows, collect, rows
from keras_albert.errors import InputError, suggest
from keras_albert.models.choices.multiple_choice import AlbertMultipleChoice
from keras_albert.models.choices.multiple_choice_preprocessor import (
    AlbertMultipleChoicePreprocessor,
)
from keras_albert.models.token_classification.tagging import softmax

_KEYS = ("context", "question", "options", "answer", "id")


class MultipleChoice(FinetuneTask):
    """Questions with options, in files as `tables.rows` reads them (JSON, tables, Parquet).

    A row has "context", "question", "options" (a list of texts, see `choice_row`) and "answer", the
    number of the right one from 0 or its letter; "id" or none. Context and question may be empty
    or missing, not both.
    """

    name = "multiple-choice"
    main_metric = "accuracy"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        return self.read_rows(
            rows(path, self.reading), str(path), labelled=labelled, skip_bad=skip_bad
        )

    def read_rows(
        self, found: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        def make(row: dict[str, Any], where: str) -> ChoiceExample:
            return _example(choice_row(row, self.reading, where, labelled), where, labelled)

        return collect(source, found, make, skip_bad=skip_bad)

    def chance(self, train: Examples, validation: Examples) -> dict[str, Any] | None:
        """Guessing."""
        shares = [1 / len(example.options) for example in validation.items]
        return {"accuracy": sum(shares) / len(shares), "how": "guessing among the options"}

    def build(
        self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float
    ) -> AlbertMultipleChoice:
        preprocessor = AlbertMultipleChoicePreprocessor(tokenizer, sequence_length)
        return AlbertMultipleChoice(backbone, preprocessor=preprocessor, dropout=dropout)

    def encode(self, model: Any, examples: Examples, *, training: bool = False) -> Encoded:
        x = model.preprocessor([(e.context, e.question, e.options) for e in examples.items])
        answers = [example.answer for example in examples.items]
        y = None if None in answers else np.array(answers, np.int32)
        return Encoded(x, y, None, np.arange(len(answers)))

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        answers = []
        for example, row in zip(examples.items, softmax(np.asarray(outputs)), strict=True):
            answer: dict[str, Any] = {
                "id": example.id,
                "context": example.context,
                "question": example.question,
                "options": example.options,
            }
            if example.group is not None:
                answer["group"] = example.group
            answer["prediction"] = int(row.argmax())
            answer["probabilities"] = row[: len(example.options)].tolist()
            if example.answer is not None:
                answer["gold"] = example.answer
                answer["correct"] = answer["prediction"] == example.answer
                answer["loss"] = float(-np.log(max(row[example.answer], 1e-300)))
            answers.append(answer)
        return answers

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"accuracy"}, and "accuracy_GROUP" for each part that is measured apart."""
        measured = {"accuracy": _share(predictions)}
        for group in sorted({row["group"] for row in predictions if row.get("group")}):
            part = [row for row in predictions if row.get("group") == group]
            measured[f"accuracy_{group}"] = _share(part)
        return measured


def _share(predictions: Sequence[dict[str, Any]]) -> float:
    return sum(bool(row["correct"]) for row in predictions) / len(predictions)


def answer_number(answer: Any, options: int, where: str) -> int:
    """A letter or a number as a number from 0.

    Raises:
        InputError: it names no option.
    """
    number = answer
    if isinstance(answer, str) and len(answer) == 1 and answer.isascii() and answer.isalpha():
        number = ord(answer.upper()) - ord("A")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < options:
        raise InputError(
            f"{where}: the answer is {answer!r}; expected 0 to {options - 1}, or A to "
            f"{chr(ord('A') + options - 1)}."
        )
    return number


def checked_options(options: Any, where: str) -> list[str]:
    """Options as a list of texts.

    Raises:
        InputError: there are fewer than two, or one is not text.
    """
    if not isinstance(options, list) or len(options) < 2:
        raise InputError(f'{where}: "options" is {options!r}; expected a list of two or more.')
    for option in options:
        if not isinstance(option, str) or not option.strip():
            raise InputError(f"{where}: an option is {option!r}; expected text.")
    return options


def _example(row: dict[str, Any], where: str, labelled: bool) -> ChoiceExample:
    for key in ("options", *(("answer",) if labelled else ())):
        if key not in row:
            near = suggest(key, [name for name in row if name not in _KEYS])
            raise InputError(
                f'{where}: "{key}" is missing.{near}'
                + (" Name it with --label-column." if key == "answer" else "")
            )
    context, question = row.get("context", ""), row.get("question", "")
    for key, text in (("context", context), ("question", question)):
        if not isinstance(text, str):
            raise InputError(f'{where}: "{key}" is {type(text).__name__}, not a string.')
    if not context.strip() and not question.strip():
        raise InputError(f"{where}: neither a context nor a question.")
    options = checked_options(row["options"], where)
    answer = answer_number(row["answer"], len(options), where) if labelled else None
    return ChoiceExample(context, question, options, answer, where, str(row.get("id", where)))
