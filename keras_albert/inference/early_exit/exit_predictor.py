"""Answers whose rows leave the network when they are sure."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.early_exit.exit_rule import ExitRule, probabilities
from keras_albert.inference.early_exit.row_answers import RowAnswers
from keras_albert.inference.early_exit.stream_exit import exit_runner
from keras_albert.inference.results import classifier_answers
from keras_albert.models.choices.multiple_choice import chosen
from keras_albert.models.saved_task import SavedTask
from keras_albert.models.sentence_order.sentence_order_classifier import orders
from keras_albert.runtime.text_encoder import TextEncoder

BATCH_SIZE = 32


class ExitPredictor:
    """Answers requests as `Predictor` and `TaskPredictor` do, each with the "depth" it took.

    Args:
        folder: a preset folder or a run's, of a text classifier, a sentence-order classifier or a
            multiple-choice model.
        rule: when a row leaves; by default what `exit.json` in the folder says.

    Attributes:
        runtime: "keras".
        description: as `SavedTask.description`.

    Raises:
        InputError: it cannot be read, its rows have no single answer, or there is no `exit.json`
            and no rule.
    """

    runtime = "keras"

    def __init__(self, folder: str | Path, rule: ExitRule | None = None) -> None:
        if any((Path(folder) / name).is_file() for name in ("model.json", "saved_model.pb")):
            raise InputError(
                f"{folder} was exported: its depth is set for all rows. Early exit runs on the "
                "trained model's own folder."
            )
        saved = SavedTask.load(folder)
        self._saved, self._answers = saved, RowAnswers.of(saved.task)
        if saved.task.preprocessor is None:
            saved.task.preprocessor = saved.task.preprocessor_cls(
                saved.tokenizer, sequence_length=saved.sequence_length
            )
        self.description = saved.description()
        self.rule = rule or ExitRule.load(saved.folder)
        if self._answers.problem == "regression" and self.rule.criterion != "patience":
            raise InputError(
                "A regression gives numbers without probabilities. Use --exit-criterion patience."
            )
        self._encoder = TextEncoder(saved.tokenizer.vocabulary_bytes, self.description)
        self._runner = exit_runner(saved.task, self.rule, BATCH_SIZE)

    def predict(self, items: Sequence[Any], *, top_k: int = 5) -> list[dict[str, Any]]:
        """Answers B requests.

        Args:
            items: texts, pairs of texts, or for multiple choice dicts with "context", "question"
                and "options".
            top_k: not used by these tasks.

        Returns:
            B dicts, in their order, all JSON: what the task's predictor gives, and "depth", the
            layers the row took (of a pair whose order is asked, read both ways, the mean).

        Raises:
            InputError: a request is of another form.
        """
        items = list(items)
        if not items:
            return []
        if self._saved.kind == "multiple_choice":
            return self._choices(items)
        pairs = [not isinstance(item, str) for item in items]
        if len(set(pairs)) > 1:
            raise InputError("Texts and pairs are mixed: ask for them separately.")
        if self._saved.kind == "sentence_order":
            return self._orders(items, pairs[0])
        return self._classes(items, pairs[0])

    def _classes(self, items: list[Any], are_pairs: bool) -> list[dict[str, Any]]:
        sides = [list(side) for side in zip(*items, strict=True)] if are_pairs else [items]
        try:
            inputs, truncated = self._encoder(*sides)
        except ValueError as error:
            raise InputError(f"The texts cannot be answered: {error}.") from error
        result = self._runner.predict(inputs)
        outputs: dict[str, np.ndarray] = {"scores": result.scores, "truncated": truncated}
        if self._answers.problem != "regression":
            outputs["probabilities"] = probabilities(
                self._answers.problem, result.scores, self._answers.are_probabilities
            )
        answers = classifier_answers(items, outputs, self.description)
        return _with_depths(answers, result.depths)

    def _orders(self, items: list[Any], are_pairs: bool) -> list[dict[str, Any]]:
        if not are_pairs:
            raise InputError(
                "Sentence order is asked of pairs: give the one text as --text, the other as "
                "--text-pair."
            )
        first, second = ([item[side] for item in items] for side in (0, 1))
        result = self._runner.predict(([*first, *second], [*second, *first]))
        answers = orders(first, second, result.scores)
        both = result.depths.reshape(2, -1).mean(axis=0)
        answers = [{"text": list(i), **a} for i, a in zip(items, answers, strict=True)]
        return _with_depths(answers, both)

    def _choices(self, items: list[Any]) -> list[dict[str, Any]]:
        if not all(isinstance(item, dict) for item in items):
            raise InputError(
                "A multiple-choice model reads objects with context, question and options: pass a "
                "file with --input."
            )
        result = self._runner.predict(items)
        answers = chosen(result.scores, [len(item["options"]) for item in items])
        answers = [{**i, **a} for i, a in zip(items, answers, strict=True)]
        return _with_depths(answers, result.depths)


def _with_depths(answers: list[dict[str, Any]], depths: np.ndarray) -> list[dict[str, Any]]:
    return [{**a, "depth": d} for a, d in zip(answers, depths.tolist(), strict=True)]
