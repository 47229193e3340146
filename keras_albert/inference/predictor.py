"""Texts in, answers out, whatever holds the model: Keras or an artifact."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.results import classifier_answers, masked_answers
from keras_albert.runtime.depths import checked_depth
from keras_albert.runtime.text_encoder import MASK_PREDICTORS, TextEncoder

if TYPE_CHECKING:
    from keras_albert.inference.task_predictor import TaskPredictor

# Texts answered in one go; their lengths are sorted first, so that little is padding.
BATCH_SIZE = 32


class Runner(Protocol):
    """What stands under a predictor."""

    description: dict[str, Any]

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """The model's outputs for B texts or pairs."""
        ...


class Predictor:
    """Answers texts.

    Args:
        runner: what runs the model.
        encoder: whose pieces name masked tokens.
        runtime: "keras", or an artifact's format.
        depth: how many layers to run; as the model is set by default.
    """

    def __init__(
        self, runner: Runner, encoder: TextEncoder, runtime: str, depth: int | None = None
    ) -> None:
        self._depth = depth
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
            top_k: how many tokens to name for each `[MASK]`.

        Returns:
            B dicts, in the order of the texts, as `results.classifier_answers` and
            `results.masked_answers` describe; all JSON.

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
        answers: list[Any] = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: sum(map(len, _sides(texts[i]))))
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            for index, answer in zip(
                batch, self._answers([texts[i] for i in batch], top_k), strict=True
            ):
                answers[index] = answer
        return answers

    def _answers(self, texts: list[Any], top_k: int) -> list[dict[str, Any]]:
        sides = [list(side) for side in zip(*map(_sides, texts), strict=True)]
        try:
            second = sides[1] if len(sides) > 1 else None
            outputs = self._runner.on_texts(sides[0], second, depth=self._depth)
            if self.description["task"] == "text_classifier":
                return classifier_answers(texts, outputs, self.description)
        except ValueError as error:
            raise InputError(f"The texts cannot be answered: {error}.") from error
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


def load_predictor(path: str | Path, depth: int | None = None) -> "Predictor | TaskPredictor":
    """Loads whatever can answer.

    Args:
        path: a preset folder, a run's folder or a shipped preset's name (run by Keras on this
            process's backend); or the folder of an export.
        depth: how many layers to run; as the model is set by default.

    Returns:
        A `Predictor`, or a `TaskPredictor` for a task that reads more than texts; both have
        `predict`.

    Raises:
        InputError: there is nothing of the kind, it is damaged, its runtime is not installed, or
            it has no such depth.
    """
    folder = Path(path)
    if folder.is_file():
        raise InputError(
            f"{folder} is a file; expected the folder of a model, of a SavedModel or of another "
            "export (which holds the vocabulary too)."
        )
    try:
        for file, load in ARTIFACTS.items():
            if (folder / file).is_file():
                return _artifact_predictor(folder, load(folder), depth)
        return _keras_predictor(path, depth)
    except ImportError as error:
        raise InputError(
            f"{folder} needs {error.name}: install keras-albert[export], [tensorflow], [onnx] or "
            "[openvino]."
        ) from error
    except InputError:
        raise
    except ValueError as error:
        text = str(error)
        raise InputError(f"{text[:1].upper()}{text[1:]}.") from error


def _keras_predictor(path: str | Path, depth: int | None) -> "Predictor | TaskPredictor":
    from keras_albert.inference.keras_runner import KerasRunner
    from keras_albert.inference.row_outputs import KerasRows
    from keras_albert.inference.task_predictor import KINDS, TaskPredictor
    from keras_albert.models.saved_task import SavedTask

    saved = SavedTask.load(path)
    layers = saved.task.backbone.num_layers
    if depth is not None and (isinstance(depth, bool) or not 1 <= depth <= layers):
        raise InputError(f"depth={depth} is not between 1 and the model's {layers} layers.")
    if saved.kind in KINDS:
        rows = KerasRows(saved, depth)
        return TaskPredictor(saved.description(), saved.ready_preprocessor(), rows)
    runner = KerasRunner(saved)
    return Predictor(runner, runner.encoder, "keras", depth)


def _artifact_predictor(folder: Path, model: Any, depth: int | None) -> "Predictor | TaskPredictor":
    """An artifact's predictor; `depth` is checked before the first text is."""
    description = model.description
    checked_depth(depth, description)
    runtime = str(description.get("format"))
    if description["task"] in ("text_classifier", *MASK_PREDICTORS):
        return Predictor(model, model.encoder, runtime, depth)
    # Words, windows and choices are found by the preprocessors, which are Keras's.
    from keras_albert.inference.row_outputs import ArtifactRows, artifact_preprocessor
    from keras_albert.inference.task_predictor import TaskPredictor
    from keras_albert.text.find_tokenizer import load_tokenizer

    beside = folder / "assets.extra"
    tokenizer = load_tokenizer(beside if beside.is_dir() else folder)
    preprocessor = artifact_preprocessor(description, tokenizer)
    return TaskPredictor(description, preprocessor, ArtifactRows(model, depth), runtime)


def _litert(folder: Path) -> Any:
    from keras_albert.runtime.run_litert import LiteRTModel

    return LiteRTModel(folder)


def _saved_model(folder: Path) -> Any:
    from keras_albert.runtime.run_saved_model import SavedModelRunner

    return SavedModelRunner(folder)


def _onnx(folder: Path) -> Any:
    from keras_albert.runtime.run_onnx import OnnxModel

    return OnnxModel(folder)


def _openvino(folder: Path) -> Any:
    from keras_albert.runtime.run_openvino import OpenvinoModel

    return OpenvinoModel(folder)


# By the file that only this kind of folder has: what loads it.
ARTIFACTS: dict[str, Callable[[Path], Any]] = {
    "saved_model.pb": _saved_model,
    "model.tflite": _litert,
    "model.onnx": _onnx,
    "model.xml": _openvino,
}
