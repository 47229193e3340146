"""What an unfinished fine-tuning leaves, so that the same command goes on."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert import files
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.training.checkpoints import Checkpoints, model_state, restore_model_state
from keras_albert.training.finetuning.finetune_seed import FinetuneSeed
from keras_albert.training.recipe import FinetuneSettings
from keras_albert.training.resumption import check_unchanged
from keras_albert.training.versions import versions

_MODEL, _KEPT, _BEST = "now/", "kept/", "best/"


@dataclass
class FinetuneState:
    """How far a fine-tuning has come, in memory and in a folder beside its output.

    The folder is `OUTPUT.unfinished/`: a checkpoint after every epoch, which is gone when OUTPUT
    is there. Arrays are kept as safetensors, everything else as JSON.

    Attributes:
        folder: where it is kept.
        identity: what a fine-tuning can go on with and with nothing else.
        runs: what metrics.json says of the seeds that are done.
        best: the weights of the best of these, and which it is.
    """

    folder: Path
    identity: dict[str, Any]
    runs: list[dict[str, Any]] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)
    best_seed: int | None = None
    _current: dict[str, Any] | None = None
    _arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def open(
        cls, output: Path, identity: dict[str, Any], message: Callable[[str], None]
    ) -> "FinetuneState":
        """The state beside an output, empty where there is none.

        Raises:
            InputError: the one there was begun with other settings, texts or another model.
        """
        folder = output.parent / f"{output.name}.unfinished"
        found = Checkpoints(folder, keep=1).latest(message)
        state = cls(folder, identity)
        if found is None:
            return state
        check_unchanged(identity, found.record, folder, message)
        state.runs = found.record["runs"]
        state.best_seed = found.record["best_seed"]
        state.best = _group(found.arrays, _BEST)
        state._current = found.record["current"]
        state._arrays = found.arrays
        epochs = len(state._current["epochs"]) if state._current else 0
        message(
            f"Going on after {len(state.runs)} finished seeds and {epochs} epochs of the next, "
            f"from {folder}."
        )
        return state

    @property
    def best_run(self) -> dict[str, Any] | None:
        """What metrics.json says of the best seed so far."""
        return next((run for run in self.runs if run["seed"] == self.best_seed), None)

    def resume(self, seed: FinetuneSeed) -> None:
        """Brings a seed to where it was stopped, if it is the one that was."""
        if self._current is None or self._current["seed"] != seed.state.run["seed"]:
            return
        now = {
            key.removeprefix(_MODEL): value
            for key, value in self._arrays.items()
            if key.startswith(_MODEL)
        }
        restore_model_state(seed.model, now)
        seed.state.run = self._current
        seed.state.kept = _group(self._arrays, _KEPT)
        self._current, self._arrays = None, {}

    def save_epoch(self, seed: FinetuneSeed) -> None:
        """Writes a checkpoint after an epoch of a seed."""
        state = {f"{_MODEL}{key}": value for key, value in model_state(seed.model).items()}
        self._save({**state, **_named(_KEPT, seed.state.kept)}, seed.state.run)

    def finish_seed(self, seed: FinetuneSeed, is_best: bool) -> None:
        """Takes a seed that is done among the runs, and writes that down."""
        self.runs.append(seed.state.run)
        if is_best:
            self.best, self.best_seed = seed.state.kept, seed.state.run["seed"]
        self._save({}, None)

    def remove(self) -> None:
        """Removes the folder: the output is there."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _save(self, arrays: Mapping[str, np.ndarray], current: dict[str, Any] | None) -> None:
        epochs = sum(len(run["epochs"]) for run in [*self.runs, current or {"epochs": []}])
        # A seed that ends writes once more after its last epoch: two numbers an epoch.
        Checkpoints(self.folder, keep=1).save(
            2 * epochs + (current is None),
            {**arrays, **_named(_BEST, self.best)},
            {
                "identity": self.identity,
                "versions": versions(),
                "runs": self.runs,
                "best_seed": self.best_seed,
                "current": current,
            },
        )


def finetune_identity(
    settings: FinetuneSettings,
    task: FinetuneTask,
    paths: Mapping[str, Path],
    from_scratch: bool,
) -> dict[str, Any]:
    """What a fine-tuning can go on with, as JSON content.

    Args:
        settings: of the fine-tuning.
        task: with its labels learned.
        paths: files, and folders of which every file counts, by what they are.
        from_scratch: whether the weights are random.
    """
    return {
        "settings": settings.model_dump(mode="json"),
        "task": task.settings(),
        "from_scratch": from_scratch,
        "backend": keras.backend.backend(),
        **{name: _digests(path) for name, path in paths.items()},
    }


def _digests(path: Path) -> Any:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file())
        return {str(file.relative_to(path)): files.sha256(file) for file in found}
    return files.sha256(path) if path.is_file() else str(path)


def _named(prefix: str, arrays: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{prefix}{n:04d}": np.asarray(array, order="C") for n, array in enumerate(arrays)}


def _group(arrays: Mapping[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    return [arrays[key] for key in sorted(arrays) if key.startswith(prefix)]
