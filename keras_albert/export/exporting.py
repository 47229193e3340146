"""What all formats share: write in one process, verify in another, keep or remove."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.card import card_of, write_card
from keras_albert.export.child_process import run_child
from keras_albert.export.comparison import compare
from keras_albert.export.formats import Format, format_named
from keras_albert.export.held_out import HeldOut, held_out
from keras_albert.export.named_outputs import default_depth, depth_can_be_input, input_axes
from keras_albert.export.reference import Reference, answered, references
from keras_albert.export.sizes import check_size
from keras_albert.files import read_json, sha256, write_directory_aside, write_json
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.digests import CARD_FILE, sealed
from keras_albert.runtime.task_kinds import load_named

# Tokens of the rows whose latency the card has, as far as the model reads them.
LATENCY_LENGTHS = (16, 128, 512)


def export(
    artifact_format: str,
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = None,
    sequence_length: int | None = None,
    depth: int | None = None,
    texts: Sequence[str] | None = None,
    data: str | Path | None = None,
    calibration: Sequence[str] | None = None,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Exports and verifies; see `export_saved_model` and its like.

    Args:
        artifact_format: a name in `formats.FORMATS`.
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        quantize: one of the format's quantizations; None for float32.
        sequence_length: S, the most tokens a row takes; by default the preprocessor's.
        depth: how many layers the artifact runs. None: as the task does, and the depth is an input
            where all layers share weights.
        texts: what to verify with; by default sentences that come with the package.
        data: labelled examples, see `held_out`: both answer them, and the card says how well.
        calibration: texts on which "int8-full" measures activations; by default others that come
            with the package.
        replace: whether an existing output gives way.
        progress: called with a line about every stage.
        options: the format's further options by name.

    Returns:
        The card, see `card.card_of`.

    Raises:
        InputError: the model cannot be read, the output exists, something asked for does not go
            with the format, or the export failed or differs.
    """
    made = format_named(artifact_format, quantize, dict(options or {}))
    _check_texts(texts, "verify with")
    _check_texts(calibration, "calibrate on")
    if calibration is not None and quantize != "int8-full":
        raise InputError(
            f"calibration does not go with quantize={quantize!r}: only int8-full measures "
            "activations beforehand."
        )
    started = time.monotonic()
    say = progress or (lambda _: None)
    say("reading the model")
    plan = _planned(
        artifact_format, made, model_dir, quantize, sequence_length, depth, dict(options or {})
    )
    expected = references(plan.saved, texts, plan.depth, plan.other_depths)
    examples = None if data is None else held_out(plan.saved, data)
    measured_from = len(expected)
    if examples is not None:
        say("answering the labelled examples")
        batches, order = examples.batches()
        expected += answered(plan.saved, batches, plan.depth)

    output = Path(output)
    log = output.resolve().with_name(f"{output.resolve().name}.log")
    with (
        write_directory_aside(output, replace=replace) as target,
        tempfile.TemporaryDirectory(prefix="keras-albert-export-") as scratch_name,
    ):
        place = _Place(target, Path(scratch_name), log)
        log.unlink(missing_ok=True)
        say(f"writing the {artifact_format}")
        weight_bytes = plan.write(place, calibration)
        say("answering in a fresh process")
        results, measured = plan.answers(place, expected)
        verified = compare(expected, results, quantize)
        plan.check_size(place, weight_bytes)
        card = card_of(plan.saved, target, plan.described, verified, measured, made.runtimes)
        if examples is not None:
            found = _metrics(examples, order, expected[measured_from:], results, measured_from)
            card["metrics"] = {"data": str(data), "examples": examples.examples, **found}
        card["weight_file_bytes"] = weight_bytes
        card["seconds"] = round(time.monotonic() - started, 1)
        write_card(target, card)
    log.unlink(missing_ok=True)
    return card


class ExportSettings(TypedDict, total=False):
    """What can be asked of an export in any format; see `export`."""

    sequence_length: int | None
    depth: int | None
    texts: Sequence[str] | None
    data: str | Path | None
    replace: bool
    progress: Callable[[str], None] | None


@dataclass(frozen=True)
class _Place:
    """Where an export is written.

    Attributes:
        target: the artifact's folder, not yet under its name.
        scratch: a folder for what passes between processes.
        log: what processes say, kept where they fail.
    """

    target: Path
    scratch: Path
    log: Path


@dataclass(frozen=True)
class _Plan:
    """A model and what its artifact is to be; a method a stage.

    Attributes:
        name: the format's.
        made: the format.
        saved: the task.
        quantize: one of the format's quantizations, or None.
        depth: the layers that the artifact runs; None: as the task does.
        depth_is_input: whether the depth is an input.
        options: the format's further options.
    """

    name: str
    made: Format
    saved: SavedTask
    quantize: str | None
    depth: int | None
    depth_is_input: bool
    options: dict[str, Any]

    @property
    def other_depths(self) -> list[int]:
        """Depths to verify beside the model's own, where it is an input."""
        return [max(1, default_depth(self.saved) // 2)] if self.depth_is_input else []

    @cached_property
    def described(self) -> dict[str, Any]:
        """model.json, without the checksums."""
        return {
            "format": self.name,
            **self.saved.description(),
            "inputs": {name: list(axes) for name, axes in input_axes(self.saved).items()},
            "num_layers": self.saved.task.backbone.num_layers,
            "depth": default_depth(self.saved) if self.depth is None else self.depth,
            "depth_is_input": self.depth_is_input,
            "quantize": self.quantize,
            "options": self.options,
        }

    def write(self, place: _Place, calibration: Sequence[str] | None) -> int:
        """Has the model's files written, and what belongs beside them; the weights' bytes.

        Formats that need a backend have a process of their own.
        """
        job = {
            "format": self.name,
            "source": str(self.saved.folder.resolve()),
            "target": str(place.target),
            "scratch": str(place.scratch / "intermediate"),
            "sequence_length": self.saved.sequence_length,
            "depth": self.depth,
            "quantize": self.quantize,
            "options": self.options,
            "calibration": None if calibration is None else list(calibration),
        }
        what = f"writing the {self.name}"
        if self.made.backend is not None:
            command = ["-m", "keras_albert.export.worker"]
            run_child(command, job, place.scratch / "write", place.log, what, self.made.backend)
        else:
            try:
                load_named(self.made.writer)(job)
            except ModuleNotFoundError as error:
                raise InputError(
                    f"{what.capitalize()} takes {error.name}, which is not installed. "
                    f"Install it with pip install 'keras-albert[{self.name}]'."
                ) from error
        files = (f for pattern in self.made.weight_files for f in place.target.glob(pattern))
        weight_bytes = sum(file.stat().st_size for file in files)
        self._describe(place.target)
        return weight_bytes

    def answers(
        self, place: _Place, expected: Sequence[Reference]
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """What the artifact answers, and its measures, from a process with its runtime alone."""
        inputs_file, results_file = place.scratch / "inputs.npz", place.scratch / "results.npz"
        measured_file = place.scratch / "measured.json"
        arrays: dict[str, Any] = {
            f"{number}/{name}": value
            for number, reference in enumerate(expected)
            for name, value in reference.inputs.items()
        }
        np.savez(inputs_file, **arrays)
        longest = self.saved.sequence_length
        lengths = [length for length in LATENCY_LENGTHS if length <= longest] or [longest]
        run_child(
            ["-m", f"keras_albert.runtime.{self.made.runner}"],
            {
                "artifact": str(place.target),
                "inputs": str(inputs_file),
                "texts": [None if r.texts is None else [r.texts, r.second_texts] for r in expected],
                "depths": self.other_depths,
                "measure": {
                    "lengths": lengths,
                    "depths": [None, *self.other_depths],
                },
                "output": str(results_file),
                "measured": str(measured_file),
            },
            place.scratch / "verify",
            place.log,
            f"running the {self.name}",
        )
        with np.load(results_file) as archive:
            return dict(archive), read_json(measured_file)

    def check_size(self, place: _Place, weight_bytes: int) -> None:
        """See `sizes.check_size`; a file that reads strings has the vocabulary in it, too."""
        beside = place.target / self.made.beside
        inside = _vocabulary_bytes(beside) if self.options.get("strings") else 0
        check_size(weight_bytes - inside, self.saved, self.quantize)

    def _describe(self, target: Path) -> None:
        """Writes the vocabulary and what a runtime must know beside the model."""
        beside = target / self.made.beside
        beside.mkdir(exist_ok=True)
        self.saved.tokenizer.save(beside)
        files = sorted(file for file in target.rglob("*") if file.is_file())
        checksums = {str(file.relative_to(target).as_posix()): sha256(file) for file in files}
        write_json(beside / "model.json", sealed({**self.described, "sha256": checksums}))


def _planned(
    name: str,
    made: Format,
    model_dir: str | Path,
    quantize: str | None,
    sequence_length: int | None,
    depth: int | None,
    options: dict[str, Any],
) -> _Plan:
    """Reads the model and checks that all that is asked goes with it."""
    if lengths := options.get("lengths"):
        if sequence_length is not None and sequence_length != max(lengths):
            raise InputError(
                f"sequence_length={sequence_length} and lengths={lengths} do not fit together: the "
                "longest length is what the artifact reads. Leave sequence_length out."
            )
        sequence_length = max(lengths)
    saved = SavedTask.load(model_dir, sequence_length=sequence_length)
    layers = saved.task.backbone.num_layers
    if depth is not None and (isinstance(depth, bool) or not 1 <= depth <= layers):
        raise InputError(f"depth={depth} is not between 1 and the model's {layers} layers.")
    if made.limits is not None:
        load_named(made.limits)(saved, quantize, options)
    if quantize == "int8-full":
        # Ranges of activations are found where shapes and depth are known beforehand.
        depth = default_depth(saved) if depth is None else depth
        if not options.get("lengths"):
            options = {**options, "lengths": [saved.sequence_length]}
    return _Plan(
        name, made, saved, quantize, depth, depth is None and depth_can_be_input(saved), options
    )


def _metrics(
    examples: HeldOut,
    order: np.ndarray,
    asked: Sequence[Reference],
    results: Mapping[str, np.ndarray],
    first: int,
) -> dict[str, dict[str, float]]:
    """Of labelled examples: how the source model does, and how the artifact."""
    by_artifact = [
        {name: results[f"{number}/tokens/{name}"] for name in reference.outputs}
        for number, reference in enumerate(asked, first)
    ]
    by_keras = [reference.outputs for reference in asked]
    return {
        "keras": examples.measure(by_keras, order),
        "artifact": examples.measure(by_artifact, order),
    }


def _check_texts(texts: Sequence[str] | None, purpose: str) -> None:
    if texts is not None and (isinstance(texts, str) or not texts or not all(texts)):
        raise InputError(f"The texts to {purpose} must be a list of texts that are not empty.")


def _vocabulary_bytes(beside: Path) -> int:
    vocabulary = read_json(beside / "model.json")["vocabulary_file"]
    return (beside / vocabulary).stat().st_size


def read_card(folder: str | Path) -> dict[str, Any]:
    """The card of an export.

    Raises:
        InputError: there is none.
    """
    return dict(read_json(Path(folder) / CARD_FILE))
