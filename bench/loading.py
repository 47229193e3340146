"""Seconds and memory of loading a checkpoint, beside transformers' `from_pretrained`.

    python -m bench.loading [--architectures albert_base_v2,albert_xxlarge_v2] [--rounds 3]
        [--backends jax,tensorflow,torch] [--output bench-output/loading.json]

Writes JSON. The files hold random weights in float32, as a transformers folder. Every load is a
fresh process with the file in the page cache: "seconds" is from_preset (or from_pretrained) alone,
after the imports and a first operation of the backend; "peak over imports" is what the peak
resident size grew by, in MB, and "times the file" that over the file's size. "read" reads the
file's bytes and nothing else. transformers 5 maps the file and reads weights when they are first
used, so its figures leave most of the reading out. Medians of rounds, in which every contestant
runs once.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20


def forget_peak() -> None:
    """Starts the peak anew: a process begins with that of the one that started it (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def megabytes(field: str) -> float:
    """VmRSS, the resident size now, or VmHWM, its peak (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def write_folder(architecture: str, folder: Path) -> None:
    """A transformers folder of an architecture's shape, with random weights."""
    import inspect

    import numpy as np

    from keras_albert import AlbertBackbone, presets_index
    from keras_albert.convert import Checkpoint, write_huggingface
    from keras_albert.convert.assembly import rows_of
    from keras_albert.convert.checkpoint import Weight

    parameters = inspect.signature(AlbertBackbone.__init__).parameters.values()
    backbone = {p.name: p.default for p in parameters if p.default is not p.empty}
    backbone |= presets_index.architecture(architecture).backbone
    backbone |= {"embedding_projection": True, "hidden_dropout": 0.0, "attention_dropout": 0.0}
    rng = np.random.default_rng(0)
    weights = {}
    for row, sizes in rows_of(backbone, {}):
        shape = tuple(sizes[letter] for letter in row.shape)
        if row.part is not None:
            shape = (*shape[:-1], 3 * shape[-1])

        def read(shape: tuple[int, ...] = shape) -> Any:
            return rng.standard_normal(shape, np.float32) * np.float32(0.02)

        weights[row.ours] = Weight(shape, read)
    write_huggingface(Checkpoint("keras", folder, backbone, {}, weights), folder)


def contestant(name: str, folder: Path) -> Callable[[], Any]:
    """Imports what a contestant needs; what it returns loads."""
    file = folder / "model.safetensors"
    if name == "read":
        return file.read_bytes
    if name == "transformers":
        import transformers

        import torch  # isort: skip

        torch.ones(2).add_(1)
        model_class = transformers.AlbertModel
        return lambda: model_class.from_pretrained(folder)
    import keras

    import keras_albert

    keras.layers.Dense(2)(keras.ops.ones((1, 2)))  # what a backend sets up when it is first used
    return lambda: keras_albert.AlbertBackbone.from_preset(folder)


def one(name: str, folder: Path) -> None:
    """A child process: prints its figures."""
    load = contestant(name, folder)
    forget_peak()
    before = megabytes("VmRSS")
    start = time.perf_counter()
    kept = load()
    seconds = time.perf_counter() - start
    peak = megabytes("VmHWM")
    del kept
    print(json.dumps({"seconds": seconds, "imports": before, "peak": peak}))


def main() -> None:
    """Reads the options and runs."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.loading")
    parser.add_argument("--architectures", default="albert_base_v2,albert_xxlarge_v2")
    parser.add_argument("--backends", default="jax,tensorflow,torch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("bench-output/loading.json"))
    arguments = parser.parse_args()
    contestants = ["read", "transformers", *arguments.backends.split(",")]
    results: dict[str, Any] = {}
    for architecture in arguments.architectures.split(","):
        with tempfile.TemporaryDirectory(prefix="keras-albert-loading-") as temporary:
            folder = Path(temporary) / architecture
            write_folder(architecture, folder)
            size = (folder / "model.safetensors").stat().st_size / MEGABYTE
            found: dict[str, list[dict[str, float]]] = {name: [] for name in contestants}
            for _ in range(arguments.rounds):
                for name in contestants:
                    found[name].append(_child(name, folder))
        results[architecture] = {"file": round(size, 1)}
        for name, rounds in found.items():
            median = {k: statistics.median(r[k] for r in rounds) for k in rounds[0]}
            grown = median["peak"] - median["imports"]
            results[architecture][name] = {
                "seconds": round(median["seconds"], 3),
                "peak": round(median["peak"]),
                "peak over imports": round(grown),
                "times the file": round(grown / size, 2),
                "whole process, times the file": round(median["peak"] / size, 2),
            }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))


def _child(name: str, folder: Path) -> dict[str, float]:
    backend = name if name in ("jax", "tensorflow", "torch") else "jax"
    child = subprocess.run(
        [sys.executable, "-m", "bench.loading", "--one", name, str(folder)],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(child.stdout.splitlines()[-1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
