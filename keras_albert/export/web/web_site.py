"""A folder of static files that runs an exported ONNX model in a browser."""

import gzip
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.export.web.npm_package import NpmPackage
from keras_albert.export.web.web_vocabulary import web_vocabulary
from keras_albert.files import read_json, write_json
from keras_albert.runtime.digests import ITSELF
from keras_albert.runtime.packing import MASK, joined_by_mask, pack
from keras_albert.runtime.task_kinds import kind_named
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer

# ONNX Runtime for the web, MIT licence. The loader comes with its WebAssembly in the plain build:
# the ones for WebGPU and WebGL are three times its size.
RUNTIME = NpmPackage(
    "onnxruntime-web",
    "1.30.0",
    "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
)
RUNTIME_FILES = {
    "dist/ort.wasm.bundle.min.mjs": "runtime/onnxruntime.js",
    "dist/ort-wasm-simd-threaded.wasm": "runtime/onnxruntime.wasm",
}
# What a browser must fetch before the first answer and the page reports on.
PACKED = ("model.onnx", "vocabulary.json", "runtime/onnxruntime.wasm")
PAGE = (
    "index.html",
    "style.css",
    "page.js",
    "worker.js",
    "encoder.js",
    "sentencepiece.js",
    "wordpiece.js",
    "answers.js",
    "questions.js",
)
SERVICE_WORKER = "service_worker.js"
# Node reads a folder's scripts as modules where this says so; browsers do not ask for it.
MODULES = {"package.json": {"type": "module", "private": True}}


def write_site(
    source: Path, target: Path, examples: Sequence[Any], runtime: str | Path | None = None
) -> dict[str, int]:
    """Writes the page.

    Args:
        source: what `export_onnx` wrote.
        target: an empty folder.
        examples: texts, or pairs of texts, that the page offers.
        runtime: the archive of `RUNTIME`; by default npm fetches it.

    Returns:
        What a browser loads before the first answer: files and their bytes.

    Raises:
        InputError: the runtime cannot be had, or the vocabulary is none the page can read.
    """
    page = files("keras_albert.export.web") / "web_page"
    for name in (*PAGE, SERVICE_WORKER):
        (target / name).write_bytes((page / name).read_bytes())
    with tempfile.TemporaryDirectory(prefix="keras-albert-npm-") as folder:
        archive = RUNTIME.archive(Path(folder)) if runtime is None else runtime
        RUNTIME.extract(archive, {name: target / to for name, to in RUNTIME_FILES.items()})
    shutil.copy(source / "model.onnx", target)
    vocabulary = json.dumps(web_vocabulary(load_tokenizer(source)), ensure_ascii=False)
    (target / "vocabulary.json").write_text(vocabulary, "utf-8")
    for name in PACKED:
        file = target / name
        # No time and no name in it: the same content gives the same bytes.
        packed = gzip.compress(file.read_bytes(), 9, mtime=0)
        file.with_name(f"{file.name}.gz").write_bytes(packed)
        file.unlink()
    for name, content in MODULES.items():
        write_json(target / name, content)

    description = read_json(source / "model.json")
    description.pop(ITSELF, None)  # The page's is another one.
    description["examples"] = list(examples)
    packed_bytes = sum((target / f"{name}.gz").stat().st_size for name in PACKED)
    description["download_bytes"] = packed_bytes
    write_json(target / "model.json", description)

    loaded = [*PAGE, "model.json", "runtime/onnxruntime.js", *(f"{name}.gz" for name in PACKED)]
    digest = hashlib.sha256()
    for name in loaded:
        digest.update((target / name).read_bytes())
    worker = target / SERVICE_WORKER
    kept = ["./", *(name for name in loaded if not name.endswith(".gz"))]
    head = f'const VERSION = "{digest.hexdigest()[:16]}";\nconst FILES = {json.dumps(kept)};\n\n'
    worker.write_text(head + worker.read_text("utf-8"), "utf-8")
    return {name: (target / name).stat().st_size for name in (*loaded, SERVICE_WORKER)}


def check_tokenizer(source: Path, target: Path, texts: Sequence[tuple[str, str | None]]) -> int:
    """Holds the page's tokenizer against the one that answers from Python.

    Args:
        source: what `export_onnx` wrote.
        target: what `write_site` wrote.
        texts: texts with or without a second.

    Returns:
        How many rows were compared.

    Raises:
        InputError: Node.js is not installed, or a text is cut into other pieces.
    """
    if shutil.which("node") is None:
        raise InputError("The page's tokenizer is checked by Node.js, which is not installed.")
    with tempfile.TemporaryDirectory(prefix="keras-albert-node-") as folder:
        job, output = Path(folder, "job.json"), Path(folder, "rows.json")
        job.write_text(json.dumps(list(texts)), "utf-8")
        script = str(files("keras_albert.export.web") / "tokenize_in_node.mjs")
        finished = subprocess.run(
            ["node", script, str(target.resolve()), str(job), str(output)],
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode:
            lines = [line for line in finished.stderr.splitlines() if "Error" in line] or ["?"]
            raise InputError(f"The page's tokenizer failed: {lines[0].strip()[:200]}.")
        rows = read_json(output)
    description = read_json(source / "model.json")
    tokenizer = load_tokenizer(source)
    for (text, second), row in zip(texts, rows, strict=True):
        if row != _row(tokenizer, description, text, second):
            raise InputError(
                f"The page cuts {text[:60]!r} into other pieces than the tokenizer. The output "
                "was removed."
            )
    return len(rows)


def _row(
    tokenizer: Any, description: dict[str, Any], text: str, second: str | None
) -> dict[str, Any]:
    """What the package's own tokenizer and packing make of a text or a pair."""
    sides = [text] if second is None else [text, second]
    split = kind_named(description["task"]).predicts_masks
    encoded = [
        joined_by_mask(
            tokenizer.encode(side.split(MASK) if split else [side]), tokenizer.mask_token_id
        )
        for side in sides
    ]
    packed = pack(
        [[ids] for ids in encoded],
        sequence_length=description["sequence_length"],
        truncate=description["truncate"],
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    size = int(packed["padding_mask"].sum())
    return {
        "ids": packed["token_ids"][0, :size].tolist(),
        "segments": packed["segment_ids"][0, :size].tolist(),
        "truncated": size < sum(map(len, encoded)) + 1 + len(sides),
    }
