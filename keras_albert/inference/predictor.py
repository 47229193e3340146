"""Texts in, answers out, whatever holds the model: Keras, a SavedModel or TFLite."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.results import classifier_answers, masked_answers
from keras_albert.inference.text_encoder import TextEncoder

if TYPE_CHECKING:
    from keras_albert.inference.task_predictor import TaskPredictor

# Texts answered in one go; their lengths are sorted first, so that little is padding.
BATCH_SIZE = 32


class Runner(Protocol):
    """What stands under a predictor."""

    description: dict[str, Any]

    def on_texts(
        self, texts: Sequence[str], second_texts: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        """The model's outputs for B texts or pairs."""
        ...


class Predictor:
    """Answers texts.

    Args:
        runner: what runs the model.
        encoder: whose pieces name masked tokens.
        runtime: "keras", "saved-model" or "tflite".
    """

    def __init__(self, runner: Runner, encoder: TextEncoder, runtime: str) -> None:
        self._runner = runner
        self._encoder = encoder
        self.runtime = runtime
        self.description = runner.description

    def predict(
        self, texts: Sequence[str] | Sequence[tuple[str, str]], *, top_k: int = 5
    ) -> list[dict[str, Any]]:
        """Answers texts or pairs of texts.

        A text that is too long loses its end; of a pair, the longer text loses tokens first. The
        answer's "truncated" says so. An empty text is answered like any other.

        Args:
            texts: B texts, or B pairs of texts.
            top_k: how many tokens to name for each `[MASK]`, or answers for each question.

        Returns:
            B dicts, in the order of the texts, as `results.classifier_answers` and
            `results.masked_answers` describe, or `QuestionAnswering.answer` with "question" and
            "context"; all JSON.

        Raises:
            InputError: something is not text, or texts and pairs are mixed.
        """
        if isinstance(texts, str):
            raise InputError("predict takes a list of texts; for one text, pass [text].")
        texts = [text if isinstance(text, str) else _pair(i, text) for i, text in enumerate(texts)]
        if not texts:
            return []
        if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
            raise InputError(f"top_k={top_k!r} is not a number of tokens; expected 1 or more.")
        pairs = [not isinstance(text, str) for text in texts]
        if len(set(pairs)) > 1:
            raise InputError(
                f"Texts and pairs are mixed: item 0 and item {pairs.index(not pairs[0])} differ. "
                "Ask for them separately."
            )
        if self.description["task"] in ("question_answerer", "joint_question_answerer"):
            return self._question_answers(texts, top_k)
        answers: list[Any] = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: sum(map(len, _sides(texts[i]))))
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            for index, answer in zip(
                batch, self._answers([texts[i] for i in batch], top_k), strict=True
            ):
                answers[index] = answer
        return answers

    def _question_answers(self, texts: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
        if isinstance(texts[0], str):
            raise InputError(
                "A question answerer reads pairs: the question first (--text), then the passage "
                "that answers it (--text-pair)."
            )
        questions, passages = ([text[side] for text in texts] for side in (0, 1))
        runner: Any = self._runner
        return [
            {"question": question, "context": passage, **answer}
            for question, passage, answer in zip(
                questions, passages, runner.answer(questions, passages, top_k), strict=True
            )
        ]

    def _answers(self, texts: list[Any], top_k: int) -> list[dict[str, Any]]:
        sides = [list(side) for side in zip(*map(_sides, texts), strict=True)]
        try:
            outputs = self._runner.on_texts(*sides)
        except ValueError as error:
            raise InputError(f"The texts cannot be answered: {error}.") from error
        if self.description["task"] == "text_classifier":
            return classifier_answers(texts, outputs, self.description)
        return masked_answers(
            texts,
            outputs,
            self._encoder.piece,
            self._encoder.mask_id,
            top_k,
            self._encoder.suffix_mark,
        )


def _sides(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else text


def _pair(number: int, value: Any) -> Any:
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(side, str) for side in value)
    ):
        return list(value)
    advice = " Decode bytes first." if isinstance(value, bytes) else ""
    raise InputError(
        f"Text {number} is {type(value).__name__}; expected a string, or a pair of strings.{advice}"
    )


def load_predictor(path: str | Path) -> "Predictor | TaskPredictor":
    """Loads whatever can answer texts.

    Args:
        path: a preset folder, a run's folder or a shipped preset's name (run by Keras on this
            process's backend); or the folder of a SavedModel or of a TFLite export.

    Returns:
        A `Predictor`, or a `TaskPredictor` for a task that no artifact holds; both have `predict`.

    Raises:
        InputError: there is nothing of the kind, it is damaged, or its runtime is not installed.
    """
    folder = Path(path)
    if folder.is_file():
        raise InputError(
            f"{folder} is a file; expected the folder of a model, of a SavedModel or of a TFLite "
            "export (which holds the vocabulary too)."
        )
    try:
        if (folder / "saved_model.pb").is_file():
            return _saved_model_predictor(folder)
        if (folder / "model.tflite").is_file():
            return _litert_predictor(folder)
        return _keras_predictor(path)
    except ImportError as error:
        raise InputError(
            f"{folder} needs {error.name}: install keras-albert[export] or [tensorflow]."
        ) from error
    except InputError:
        raise
    except ValueError as error:
        text = str(error)
        raise InputError(f"{text[:1].upper()}{text[1:]}.") from error


def _keras_predictor(path: str | Path) -> "Predictor | TaskPredictor":
    from keras_albert.inference.keras_runner import KerasRunner
    from keras_albert.inference.task_predictor import KINDS, TaskPredictor
    from keras_albert.models.saved_task import SavedTask

    saved = SavedTask.load(path)
    if saved.kind in KINDS:
        return TaskPredictor(saved)
    runner = KerasRunner(saved)
    return Predictor(runner, runner.encoder, "keras")


def _litert_predictor(folder: Path) -> Predictor:
    from keras_albert.inference.run_litert import LiteRTModel

    model = LiteRTModel(folder)
    return Predictor(model, model.encoder, "tflite")


def _saved_model_predictor(folder: Path) -> Predictor:
    from keras_albert.inference.run_saved_model import DESCRIPTION_FILE, SavedModelRunner

    runner = SavedModelRunner(folder)
    name = str(runner.description.get("vocabulary_file", "spiece.model"))
    vocabulary = (folder / DESCRIPTION_FILE).with_name(name).read_bytes()
    return Predictor(runner, TextEncoder(vocabulary, runner.description), "saved-model")
