"""What all formats share: write in one process, verify in another, keep or remove."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.card import card_of, write_card
from keras_albert.export.child_process import run_child
from keras_albert.export.comparison import compare
from keras_albert.export.formats import Format, format_named, load_named
from keras_albert.export.held_out import held_out
from keras_albert.export.named_outputs import default_depth, depth_can_be_input, input_axes
from keras_albert.export.reference import Reference, answered, references
from keras_albert.export.sizes import check_size
from keras_albert.files import read_json, sha256, write_directory_aside, write_json
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.digests import CARD_FILE, sealed

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
    say = progress or (lambda _: None)
    options = dict(options or {})
    made = format_named(artifact_format, quantize, options)
    _check_texts(texts, "verify with")
    _check_texts(calibration, "calibrate on")
    if calibration is not None and quantize != "int8-full":
        raise InputError(
            f"calibration does not go with quantize={quantize!r}: only int8-full measures "
            "activations beforehand."
        )
    output = Path(output)
    started = time.monotonic()

    if lengths := options.get("lengths"):
        if sequence_length is not None and sequence_length != max(lengths):
            raise InputError(
                f"sequence_length={sequence_length} and lengths={lengths} do not fit together: the "
                "longest length is what the artifact reads. Leave sequence_length out."
            )
        sequence_length = max(lengths)
    say("reading the model")
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
            options["lengths"] = [saved.sequence_length]
    depth_input = depth is None and depth_can_be_input(saved)
    # Another depth than its own, asked for where it is an input.
    depths = [max(1, default_depth(saved) // 2)] if depth_input else []
    expected = references(saved, texts, depth, depths)
    examples = None if data is None else held_out(saved, data)
    if examples is not None:
        say("answering the labelled examples")
        batches, order = examples.batches()
        first = len(expected)
        expected += answered(saved, batches, depth)

    log = output.resolve().with_name(f"{output.resolve().name}.log")
    with (
        write_directory_aside(output, replace=replace) as target,
        tempfile.TemporaryDirectory(prefix="keras-albert-export-") as scratch_name,
    ):
        scratch = Path(scratch_name)
        log.unlink(missing_ok=True)
        say(f"writing the {artifact_format}")
        job = {
            "format": artifact_format,
            "source": str(saved.folder.resolve()),
            "target": str(target),
            "scratch": str(scratch / "intermediate"),
            "sequence_length": saved.sequence_length,
            "depth": depth,
            "quantize": quantize,
            "options": options,
            "calibration": None if calibration is None else list(calibration),
        }
        _write(made, job, scratch / "write", log)
        weight_bytes = sum(
            file.stat().st_size for pattern in made.weight_files for file in target.glob(pattern)
        )
        described = {
            "format": artifact_format,
            **saved.description(),
            "inputs": {name: list(axes) for name, axes in input_axes(saved).items()},
            "num_layers": layers,
            "depth": default_depth(saved) if depth is None else depth,
            "depth_is_input": depth_input,
            "quantize": quantize,
            "options": options,
        }
        _describe(saved, target, made, described)

        say("answering in a fresh process")
        results, measured = _answers(target, made, expected, depths, described, scratch, log)
        verified = compare(expected, results, quantize)
        # A file that reads strings has the vocabulary in it, too.
        inside = _vocabulary_bytes(target / made.beside) if options.get("strings") else 0
        check_size(weight_bytes - inside, saved, quantize)
        card = card_of(saved, target, described, verified, measured, made.runtimes)
        if examples is not None:
            metrics = {"keras": [r.outputs for r in expected[first:]]}
            metrics["artifact"] = [
                {name: results[f"{number}/tokens/{name}"] for name in r.outputs}
                for number, r in enumerate(expected[first:], first)
            ]
            card["metrics"] = {
                "data": str(data),
                "examples": examples.examples,
                **{who: examples.measure(outputs, order) for who, outputs in metrics.items()},
            }
        card["weight_file_bytes"] = weight_bytes
        card["seconds"] = round(time.monotonic() - started, 1)
        write_card(target, card)
    log.unlink(missing_ok=True)
    return card


def _check_texts(texts: Sequence[str] | None, purpose: str) -> None:
    if texts is not None and (isinstance(texts, str) or not texts or not all(texts)):
        raise InputError(f"The texts to {purpose} must be a list of texts that are not empty.")


def _write(made: Format, job: dict[str, Any], scratch: Path, log: Path) -> None:
    """Has the model's files written, in a process of their own where they need a backend."""
    what = f"writing the {job['format']}"
    if made.backend is not None:
        run_child(["-m", "keras_albert.export.worker"], job, scratch, log, what, made.backend)
        return
    try:
        load_named(made.writer)(job)
    except ModuleNotFoundError as error:
        raise InputError(
            f"{what.capitalize()} takes {error.name}, which is not installed. "
            f"Install it with pip install 'keras-albert[{job['format']}]'."
        ) from error


def _answers(
    target: Path,
    made: Format,
    expected: Sequence[Reference],
    depths: Sequence[int],
    described: Mapping[str, Any],
    scratch: Path,
    log: Path,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What the artifact answers, and its measures, from a process with its runtime alone."""
    inputs_file, results_file = scratch / "inputs.npz", scratch / "results.npz"
    measured_file = scratch / "measured.json"
    arrays: dict[str, Any] = {
        f"{number}/{name}": value
        for number, reference in enumerate(expected)
        for name, value in reference.inputs.items()
    }
    np.savez(inputs_file, **arrays)
    longest = described["sequence_length"]
    run_child(
        ["-m", f"keras_albert.runtime.{made.runner}"],
        {
            "artifact": str(target),
            "inputs": str(inputs_file),
            "texts": [None if r.texts is None else [r.texts, r.second_texts] for r in expected],
            "depths": list(depths),
            "measure": {
                "lengths": [length for length in LATENCY_LENGTHS if length <= longest] or [longest],
                "depths": [None, *depths],
            },
            "output": str(results_file),
            "measured": str(measured_file),
        },
        scratch / "verify",
        log,
        f"running the {described['format']}",
    )
    with np.load(results_file) as archive:
        return dict(archive), read_json(measured_file)


def _vocabulary_bytes(beside: Path) -> int:
    vocabulary = read_json(beside / "model.json")["vocabulary_file"]
    return (beside / vocabulary).stat().st_size


def _describe(saved: SavedTask, target: Path, made: Format, described: dict[str, Any]) -> None:
    """Writes the vocabulary and what a runtime must know beside the model."""
    beside = target / made.beside
    beside.mkdir(exist_ok=True)
    saved.tokenizer.save(beside)
    files = sorted(file for file in target.rglob("*") if file.is_file())
    checksums = {str(file.relative_to(target).as_posix()): sha256(file) for file in files}
    write_json(beside / "model.json", sealed({**described, "sha256": checksums}))


def read_card(folder: str | Path) -> dict[str, Any]:
    """The card of an export.

    Raises:
        InputError: there is none.
    """
    return dict(read_json(Path(folder) / CARD_FILE))
