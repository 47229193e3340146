"""Answers whose rows leave the network when they are sure."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.row_answers import RowAnswers
from keras_albert.inference.early_exit.stream_exit import exit_runner
from keras_albert.inference.predictor import Predictor
from keras_albert.inference.results import class_probabilities
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.row_batches import Arrays
from keras_albert.runtime.text_encoder import TextEncoder

BATCH_SIZE = 32


class ExitRunner:
    """A task whose rows leave early; its outputs have "depth" (R,), the layers each row took.

    Args:
        saved: a text classifier, a sentence-order classifier or a multiple-choice model.
        rule: when a row leaves.

    Attributes:
        description: see `SavedTask.description`.

    Raises:
        InputError: its rows have no single answer, or the rule does not fit them.
    """

    runtime = "keras"
    # All at once: what a row leaves empty, the next one takes.
    texts_at_once: int | None = None

    def __init__(self, saved: SavedTask, rule: ExitRule) -> None:
        self._saved, self._answers = saved, RowAnswers.of(saved.task)
        saved.ready_preprocessor()
        self.description = saved.description()
        if self._answers.problem == "regression" and rule.criterion != "patience":
            raise InputError(
                "A regression gives numbers without probabilities. Use --exit-criterion patience."
            )
        self._exit = exit_runner(saved.task, rule, BATCH_SIZE)

    @cached_property
    def encoder(self) -> TextEncoder:
        """What turns plain texts into ids, as artifacts do."""
        return TextEncoder(self._saved.tokenizer.vocabulary_bytes, self.description)

    @property
    def preprocessor(self) -> Any:
        """The task's preprocessor."""
        return self._saved.ready_preprocessor()

    def on_texts(self, texts: Sequence[str], second_texts: Sequence[str] | None = None) -> Arrays:
        """Outputs for texts or pairs, and "truncated" (B,).

        Raises:
            ValueError: something is not text.
        """
        inputs, truncated = self.encoder(texts, second_texts)
        return {**self.on_rows(inputs), "truncated": truncated}

    def on_rows(self, x: Arrays) -> Arrays:
        """Outputs by name for R rows, and "depth" (R,).

        Args:
            x: the task's arrays.

        Raises:
            InputError: ids or lengths are beyond the model's.
        """
        result = self._exit.predict(x)
        facts = self._saved.facts
        outputs = {facts.first_output: result.scores, "depth": result.depths}
        if facts.has_problem and self._answers.problem != "regression":
            outputs["probabilities"] = class_probabilities(
                self._answers.problem,
                result.scores.astype(np.float64),
                self._answers.are_probabilities,
            )
        return outputs


class ExitPredictor(Predictor):
    """Answers requests as `Predictor` does, each with the "depth" it took.

    Of a pair whose order is asked, read both ways, it is the mean.

    Args:
        folder: a preset folder or a run's, of a text classifier, a sentence-order classifier or a
            multiple-choice model.
        rule: when a row leaves; by default what `exit.json` in the folder says.

    Attributes:
        rule: that rule.

    Raises:
        InputError: it cannot be read, its rows have no single answer, or there is no `exit.json`
            and no rule.
    """

    def __init__(self, folder: str | Path, rule: ExitRule | None = None) -> None:
        if any((Path(folder) / name).is_file() for name in ("model.json", "saved_model.pb")):
            raise InputError(
                f"{folder} was exported: its depth is set for all rows. Early exit runs on the "
                "trained model's own folder."
            )
        saved = SavedTask.load(folder)
        RowAnswers.of(saved.task)  # What cannot leave early needs no rule.
        self.rule = rule or ExitRule.load(saved.folder)
        super().__init__(ExitRunner(saved, self.rule))
