"""Predictions that are kept while they are made, so that a stopped evaluation goes on."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert import files
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.training.resumption import check_unchanged
from keras_albert.training.versions import versions

_RECORD = "evaluation.json"
# The name of outputs that are one array.
_ONLY = "outputs"


class KeptPredictions:
    """Predicts in parts, and keeps each in `OUTPUT.unfinished/` until `remove` is called.

    Args:
        output: what the evaluation makes; None keeps nothing.
        identity: what an evaluation can go on with and with nothing else, as JSON content.
        message: is told that an evaluation goes on.

    Raises:
        InputError: what is there was begun with something else.
    """

    def __init__(
        self,
        output: str | Path | None,
        identity: Mapping[str, Any],
        message: Callable[[str], None],
    ) -> None:
        self._folder = None
        if output is None:
            return
        output = Path(output)
        self._folder = output.with_name(f"{output.name}.unfinished")
        record = self._folder / _RECORD
        if record.is_file():
            check_unchanged(identity, files.read_json(record), self._folder, message)
            message(f"Going on with what is in {self._folder}.")
        else:
            files.write_json(record, {"identity": dict(identity), "versions": versions()})

    def predict(
        self,
        model: Any,
        x: dict[str, np.ndarray],
        batch_size: int,
        depth: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Any:
        """What `predict_by_length` gives; parts that are kept are read instead of made.

        Args:
            model: an `AlbertTask`.
            x: its inputs by name, (N, ...).
            batch_size: rows a batch.
            depth: how many layers to run; all by default.
            progress: called with the rows that have been predicted.
        """
        done = 0

        def each_part(number: int, rows: int, compute: Callable[[], Any]) -> Any:
            nonlocal done
            outputs = self._kept(f"{depth or 'full'}-{number:06}", compute)
            done += rows
            if progress is not None:
                progress(done)
            return outputs

        return predict_by_length(model, x, batch_size, depth, each_part=each_part, verbose=0)

    def _kept(self, name: str, compute: Callable[[], Any]) -> Any:
        if self._folder is None:
            return compute()
        path = self._folder / f"{name}.npz"
        if not path.is_file():
            outputs = compute()
            named = outputs if isinstance(outputs, dict) else {_ONLY: outputs}
            with files.write_aside(path) as aside, aside.open("wb") as file:
                np.savez(file, **named)
            return outputs
        with np.load(path) as archive:
            kept = dict(archive)
        return kept[_ONLY] if set(kept) == {_ONLY} else kept

    def remove(self) -> None:
        """What was kept is not needed any more."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def weights_digest(model: Any) -> str:
    """SHA-256 of a model's weights, in the order of its variables."""
    digest = hashlib.sha256()
    for variable in model.weights:
        digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(variable)).tobytes())
    return digest.hexdigest()
