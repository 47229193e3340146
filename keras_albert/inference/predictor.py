"""Requests in, answers out, whatever holds the model: Keras or an artifact."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.inference.answers import Runner
from keras_albert.runtime.depths import checked_depth
from keras_albert.runtime.task_kinds import kind_named, load_named


class Predictor:
    """Answers requests.

    Args:
        runner: what runs the model.

    Attributes:
        description: as `SavedTask.description`.
        runtime: "keras", or an artifact's format.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.description = runner.description
        self.runtime = runner.runtime
        self._answers = load_named(kind_named(self.description["task"]).answers)

    def predict(self, items: Iterable[Any], *, top_k: int = 5) -> list[dict[str, Any]]:
        """Answers B requests.

        A text that is too long loses its end; of a pair, the longer text loses tokens first. An
        empty text is answered like any other.

        Args:
            items: for a text classifier, a model that predicts masked tokens or an embedder texts
                or pairs of texts; for a token classifier texts or lists of words; for multiple
                choice dicts with "context", "question" and "options"; for sentence order pairs of
                texts; for a question answerer pairs of question and passage.
            top_k: how many tokens to name for each `[MASK]`, or answers for each question.

        Returns:
            B dicts, in the order of the requests, all JSON, as the functions in `answers` and
            `task_answers` describe.

        Raises:
            InputError: a request is of another form, or texts and pairs are mixed.
        """
        if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
            raise InputError(
                f"predict takes a list of requests and was given one {type(items).__name__}; for "
                "one text, pass [text]."
            )
        items = list(items)
        if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
            raise InputError(f"top_k={top_k!r} is not a whole number of answers from 1 on.")
        answers: list[dict[str, Any]] = self._answers(self._runner, items, top_k) if items else []
        return answers


def load_predictor(path: str | Path, depth: int | None = None) -> Predictor:
    """Loads whatever can answer.

    Args:
        path: a preset folder, a run's folder or a shipped preset's name (run by Keras on this
            process's backend); or the folder of an export.
        depth: how many layers to run; as the model is set by default.

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
                return Predictor(_artifact_runner(folder, load(folder), depth))
        return Predictor(_keras_runner(path, depth))
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


def _keras_runner(path: str | Path, depth: int | None) -> Runner:
    from keras_albert.inference.keras_runner import KerasRunner

    return KerasRunner(path, depth)


def _artifact_runner(folder: Path, model: Any, depth: int | None) -> Runner:
    """An artifact's runner; `depth` is checked before the first text is."""
    from keras_albert.inference.artifact_runner import ArtifactRunner

    checked_depth(depth, model.description)
    return ArtifactRunner(model, folder, depth)


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
