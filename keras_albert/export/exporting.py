"""What all formats share: write in one process, verify in another, keep or remove."""

import datetime
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_albert
from keras_albert.errors import InputError, suggest
from keras_albert.export.child_process import run_child
from keras_albert.export.comparison import check_size, compare
from keras_albert.export.reference import references
from keras_albert.files import read_json, sha256, write_directory_aside, write_json
from keras_albert.models.saved_task import EXPORTED, SavedTask

CARD_FILE = "export.json"
RUNTIMES = {
    "saved-model": ("run_saved_model.py", ("tensorflow", "tensorflow-text")),
    "tflite": ("run_litert.py", ("ai-edge-litert", "sentencepiece")),
}
QUANTIZATIONS = (None, "int8")


def export(
    artifact_format: str,
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None,
    sequence_length: int | None,
    depth: int | None,
    texts: Sequence[str] | None,
    replace: bool,
    progress: Callable[[str], None] | None,
) -> dict[str, Any]:
    """Exports and verifies; see `export_saved_model` and `export_tflite`."""
    say = progress or (lambda _: None)
    if quantize not in QUANTIZATIONS:
        raise InputError(
            f"Unknown quantization {quantize!r}; expected 'int8' or None."
            + suggest(str(quantize), ["int8"])
        )
    if texts is not None and (isinstance(texts, str) or not texts or not all(texts)):
        raise InputError("The texts to verify with must be a list of texts that are not empty.")
    output = Path(output)
    started = time.monotonic()

    say("reading the model")
    saved = SavedTask.load(model_dir, sequence_length=sequence_length)
    if saved.kind not in EXPORTED:
        raise InputError(
            f"{saved.folder} holds a {type(saved.task).__name__}, which cannot be exported yet: "
            "its inputs and answers are made in Python. Use keras-albert predict."
        )
    layers = saved.task.backbone.num_layers
    if depth is not None and (isinstance(depth, bool) or not 1 <= depth <= layers):
        raise InputError(f"depth={depth} is not between 1 and the model's {layers} layers.")
    expected = references(saved, texts, depth)

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
            "scratch": str(scratch / "saved_model"),
            "sequence_length": saved.sequence_length,
            "depth": depth,
            "quantize": quantize,
        }
        what = f"writing the {artifact_format}"
        run_child(["-m", "keras_albert.export.worker"], job, scratch / "write", log, what)
        weight_bytes = _weight_bytes(target)
        _describe(saved, target, artifact_format, depth, quantize)

        say("answering texts in a fresh process")
        script, runtimes = RUNTIMES[artifact_format]
        results_file = scratch / "results.npz"
        run_child(
            [str(_script(script))],
            {
                "artifact": str(target),
                "texts": [[r.texts, r.second_texts] for r in expected],
                "output": str(results_file),
            },
            scratch / "verify",
            log,
            f"running the {artifact_format}",
        )
        with np.load(results_file) as archive:
            results = dict(archive)
        prefixes = ("", "tokens/") if artifact_format == "saved-model" else ("",)
        verified = compare(expected, results, quantize, prefixes)
        table = saved.task.backbone.token_embedding.embeddings
        tied = 0 if saved.kind == "text_classifier" else int(np.prod(table.shape))
        check_size(weight_bytes, saved.task.weights, quantize, tied)

        card = _card(saved, target, artifact_format, depth, quantize, verified, runtimes)
        card["weight_file_bytes"] = weight_bytes
        card["seconds"] = round(time.monotonic() - started, 1)
        write_json(target / CARD_FILE, card)
    log.unlink(missing_ok=True)
    return card


def _script(name: str) -> Path:
    """A runner, found as a file: it runs where keras_albert is not imported."""
    return Path(keras_albert.__file__).parent / "inference" / name


def _weight_bytes(target: Path) -> int:
    """Bytes of the files that hold weights (and the graph around them, in TFLite)."""
    files = [*target.glob("variables/variables.data*"), *target.glob("*.tflite")]
    return sum(file.stat().st_size for file in files)


def _describe(
    saved: SavedTask, target: Path, artifact_format: str, depth: int | None, quantize: str | None
) -> None:
    """Writes the vocabulary and what a runtime must know beside the model."""
    # assets.extra is where a SavedModel keeps what its loader does not read.
    beside = target / "assets.extra" if artifact_format == "saved-model" else target
    beside.mkdir(exist_ok=True)
    saved.tokenizer.save(beside)
    files = sorted(file for file in target.rglob("*") if file.is_file())
    write_json(
        beside / "model.json",
        {
            "format": artifact_format,
            **saved.description(),
            "depth": saved.task.backbone.num_layers if depth is None else depth,
            "quantize": quantize,
            "keras_albert": version("keras-albert"),
            "sha256": {str(file.relative_to(target).as_posix()): sha256(file) for file in files},
        },
    )


def _card(
    saved: SavedTask,
    target: Path,
    artifact_format: str,
    depth: int | None,
    quantize: str | None,
    verified: dict[str, Any],
    runtimes: Sequence[str],
) -> dict[str, Any]:
    files = {
        str(file.relative_to(target).as_posix()): file.stat().st_size
        for file in sorted(target.rglob("*"))
        if file.is_file()
    }
    unique = sum(int(np.prod(w.shape)) * 4 for w in saved.task.weights)
    total = sum(files.values())
    packages = ("keras-albert", "keras", "keras-hub", "numpy", *runtimes)
    return {
        "format": artifact_format,
        "quantize": quantize,
        "source": str(saved.folder),
        "source_backend": keras.config.backend(),
        "task": saved.kind,
        "depth": saved.task.backbone.num_layers if depth is None else depth,
        "sequence_length": saved.sequence_length,
        "bytes": total,
        "unique_weight_bytes": unique,
        "ratio": round(total / unique, 4),
        "files": files,
        "verified": verified,
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in packages},
        },
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def read_card(folder: str | Path) -> dict[str, Any]:
    """The card of an export.

    Raises:
        InputError: there is none.
    """
    return dict(read_json(Path(folder) / CARD_FILE))
