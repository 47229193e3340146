"""Rows of arrays through a model, whatever holds it: outputs by row, in their order."""

from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.models.saved_task import KINDS, ONLY_OUTPUT, SavedTask
from keras_albert.runtime.run_job import RuntimeModel

# Rows a step; near lengths are put together, so that little is padding.
BATCH_SIZE = 32
# Outputs along tokens, and what stands there for positions beyond a batch's length: no answer
# begins or ends in padding, and no word is there.
ALONG_TOKENS = {
    "token_classifier": {"scores": 0.0},
    "question_answerer": {"start": -10_000.0, "end": -10_000.0},
}

Arrays = dict[str, np.ndarray]


class KerasRows:
    """Rows through a task on this process's backend.

    Args:
        saved: the task.
        depth: how many layers to run; as the task does by default.
    """

    def __init__(self, saved: SavedTask, depth: int | None = None) -> None:
        self._saved = saved
        self._depth = depth

    def __call__(self, x: Arrays) -> Arrays:
        """Outputs by name for R rows, (R, ...), see `named_outputs`.

        Args:
            x: the preprocessor's arrays, (R, S) or (R, C, S).

        Raises:
            InputError: ids or lengths are beyond the model's.
        """
        task = self._saved.task
        if self._saved.kind == "joint_question_answerer":
            x = {**x, "start_positions": np.zeros((len(x["token_ids"]), 1), np.int32)}
        task._check_inputs(x)
        outputs = predict_by_length(task, x, BATCH_SIZE, self._depth, verbose=0)
        if isinstance(outputs, dict):
            return outputs
        return {ONLY_OUTPUT[self._saved.kind]: np.asarray(outputs)}


class ArtifactRows:
    """Rows through an artifact.

    Args:
        model: the artifact, loaded.
        depth: how many layers to run; as the artifact is set by default.
    """

    def __init__(self, model: RuntimeModel, depth: int | None = None) -> None:
        self._model = model
        self._depth = depth

    def __call__(self, x: Arrays) -> Arrays:
        """Outputs by name for R rows, (R, ...), see `named_outputs`.

        Args:
            x: the preprocessor's arrays, (R, S) or (R, C, S).

        Raises:
            InputError: the artifact cannot read them.
        """
        description = self._model.description
        wanted = {name: x[name] for name in description["inputs"]}
        along = ALONG_TOKENS.get(description["task"], {})
        positions = wanted["token_ids"].shape[-1]
        lengths = wanted["padding_mask"].sum(axis=-1)
        lengths = lengths.max(axis=tuple(range(1, lengths.ndim)))
        order = np.argsort(lengths, kind="stable")
        parts: dict[str, list[np.ndarray]] = {}
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            longest = int(lengths[rows[-1]])
            part = {name: value[rows][..., :longest] for name, value in wanted.items()}
            try:
                outputs = self._model.on_tokens(part, depth=self._depth)
            except ValueError as error:
                raise InputError(f"The rows cannot be answered: {error}.") from error
            for name, value in outputs.items():
                if name in along:
                    value = _widened(value, positions, along[name])
                parts.setdefault(name, []).append(value)
        place = np.argsort(order)
        return {name: np.concatenate(values)[place] for name, values in parts.items()}


def _widened(values: np.ndarray, positions: int, filling: float) -> np.ndarray:
    edges = [(0, 0), (0, positions - values.shape[1])] + [(0, 0)] * (values.ndim - 2)
    return np.pad(values, edges, constant_values=filling)


def artifact_preprocessor(description: dict[str, Any], tokenizer: Any) -> Any:
    """The preprocessor of an artifact's task, with the settings it was exported with.

    Args:
        description: the artifact's model.json.
        tokenizer: of its vocabulary.

    Raises:
        ValueError: the description is of no task, or lacks something.
    """
    task = KINDS.get(str(description.get("task")))
    if task is None:
        raise ValueError(f"the model's task, {description.get('task')!r}, is not known")
    settings = dict(description.get("preprocessor", {}))
    cls = task.preprocessor_cls  # type: ignore[attr-defined]
    try:
        return cls(tokenizer, sequence_length=int(description["sequence_length"]), **settings)
    except TypeError as error:
        raise ValueError(f"the model's preprocessor cannot be made of {settings}") from error
