"""Checkpoints: everything a run needs to go on bit for bit, in folders that are whole or absent."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import safetensors
import safetensors.numpy

from keras_albert import files
from keras_albert.errors import InputError

_FOLDER = re.compile(r"step-(\d{8,})")
_ARRAYS = "state.safetensors"
_RECORD = "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint that was read and found whole.

    Attributes:
        step: how many updates had been made.
        record: what `Checkpoints.save` was given as `record`.
        arrays: the variables by key, as `model_state` gave them.
    """

    step: int
    record: dict[str, Any]
    arrays: dict[str, np.ndarray]


class Checkpoints:
    """The checkpoints of one run: FOLDER/step-00001000/{state.safetensors, checkpoint.json}.

    A checkpoint is written in a folder aside, flushed and renamed, so that a process killed while
    it writes leaves the one before untouched. Its JSON holds the digest of its arrays, so that one
    damaged later is known and passed over.

    Args:
        folder: where they are kept.
        keep: how many of the newest are kept, at least 1.
    """

    def __init__(self, folder: str | Path, keep: int = 2) -> None:
        if keep < 1:
            raise InputError(f"Checkpoints: keep={keep} must be at least 1.")
        self.folder = Path(folder)
        self.keep = keep

    def steps(self) -> list[int]:
        """The steps of the checkpoints there are, whole or not, ascending."""
        if not self.folder.is_dir():
            return []
        matches = (_FOLDER.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in matches if match)

    def path(self, step: int) -> Path:
        """The folder of the checkpoint after `step` updates."""
        return self.folder / f"step-{step:08d}"

    def save(self, step: int, arrays: Mapping[str, np.ndarray], record: Mapping[str, Any]) -> Path:
        """Writes a checkpoint, then removes all but the newest `keep`.

        Args:
            step: how many updates have been made.
            arrays: the variables, as `model_state` gives them.
            record: JSON content that belongs to them, such as the data iterator's state.

        Raises:
            InputError: the disk is full or the folder cannot be written to; the earlier
                checkpoints are untouched.
        """
        path = self.path(step)
        with files.write_directory_aside(path, replace=True) as aside:
            # Aside and by hand: safetensors' own writer turns a full disk into its own error.
            (aside / _ARRAYS).write_bytes(safetensors.numpy.save(dict(arrays)))
            content = {"step": step, "sha256": files.sha256(aside / _ARRAYS), "record": record}
            (aside / _RECORD).write_text(json.dumps(content, indent=2), "utf-8")
        for old in self.steps()[: -self.keep]:
            shutil.rmtree(self.path(old))
        return path

    def at(self, step: int) -> Checkpoint:
        """The checkpoint after `step` updates.

        Raises:
            InputError: there is none, or it is damaged; those there are are named.
        """
        steps = self.steps()
        if step not in steps:
            there = ", ".join(map(str, steps)) or "none"
            raise InputError(
                f"{self.folder} has no checkpoint of step {step}; expected one of those there are: "
                f"{there}, or 0 for the beginning."
            )
        try:
            return self._read(step)
        except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"The checkpoint {self.path(step)} is damaged ({reason}): choose an earlier one."
            ) from error

    def remove_after(self, step: int) -> None:
        """Removes the checkpoints of later steps."""
        for later in reversed(self.steps()):
            if later > step:
                shutil.rmtree(self.path(later))

    def latest(self, message: Callable[[str], None]) -> Checkpoint | None:
        """The newest checkpoint that is whole, or None where there is none.

        Damaged ones newer than it, and what a killed process left half-written, are removed.

        Args:
            message: told about each damaged checkpoint.
        """
        for path in self.folder.glob(".step-*"):
            shutil.rmtree(path, ignore_errors=True)
        for step in reversed(self.steps()):
            try:
                return self._read(step)
            except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
                reason = " ".join(str(error).split())
                message(
                    f"The checkpoint {self.path(step)} is damaged ({reason}): "
                    "going back to the one before it."
                )
                shutil.rmtree(self.path(step))
        return None

    def _read(self, step: int) -> Checkpoint:
        path = self.path(step)
        content = files.read_json(path / _RECORD)
        if files.sha256(path / _ARRAYS) != content["sha256"]:
            raise ValueError(f"{_ARRAYS} is not what was written")
        arrays = safetensors.numpy.load_file(path / _ARRAYS)
        return Checkpoint(content["step"], content["record"], arrays)


def model_state(model: keras.Model) -> dict[str, np.ndarray]:
    """Every variable of a compiled model as NumPy arrays, by "<group>/<index>/<path>".

    That is the weights, the states of the dropout layers' seed generators, and the optimizer's
    variables: its step counter, moments, gradient accumulators and loss scale.
    """
    return {
        key: np.asarray(keras.ops.convert_to_numpy(variable.value), order="C")
        for key, variable in _variables(model).items()
    }


def not_finite(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """The names of the arrays that hold a NaN or an infinity.

    >>> not_finite({"a": np.zeros(2), "b": np.array([0.0, np.nan]), "c": np.array(7)})
    ['b']
    """
    return [
        name
        for name, array in arrays.items()
        if array.dtype.kind == "f" and not np.isfinite(array).all()
    ]


def restore_model_state(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> None:
    """Gives every variable of a compiled model the value that `model_state` found.

    Variables are matched by group and index: Keras counts up the names of optimizers within a
    process, so that a path may differ between two of them.

    Raises:
        InputError: the arrays are not those of such a model.
    """
    variables = _variables(model)
    by_index = {_without_path(key): array for key, array in arrays.items()}
    shapes = {_without_path(key): tuple(variable.shape) for key, variable in variables.items()}
    if shapes != {key: array.shape for key, array in by_index.items()}:
        raise InputError(
            f"The checkpoint does not fit the model: it holds {len(arrays)} arrays, the model and "
            f"its optimizer have {len(variables)} variables, or their shapes differ. Start again "
            "in a new output folder."
        )
    for key, variable in variables.items():
        variable.assign(by_index[_without_path(key)])


def _variables(model: keras.Model) -> dict[str, Any]:
    optimizer = model.optimizer
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    groups = {"model": model.variables, "optimizer": optimizer.variables}
    return {
        f"{group}/{index:04d}/{variable.path}": variable
        for group, variables in groups.items()
        for index, variable in enumerate(variables)
    }


def _without_path(key: str) -> str:
    return "/".join(key.split("/")[:2])
