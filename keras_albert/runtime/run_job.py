"""Answering a job in a process that has only a runtime: what every runner script shares.

This file imports no runtime.
"""

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

# A latency is the median of so many answers, or of fewer once these took long enough.
REPETITIONS, FEWEST_REPETITIONS, ENOUGH_SECONDS = 7, 3, 1.0
# Modules that an artifact must do without, but for those its runtime brings. Of this package, all
# rooms above this one import the module of errors.
FOREIGN = ("keras", "keras_hub", "keras_albert.errors", "tensorflow", "jax", "torch")


class RuntimeModel(Protocol):
    """An artifact, loaded."""

    description: dict[str, Any]

    def on_tokens(
        self, inputs: dict[str, np.ndarray], depth: int | None = None
    ) -> dict[str, np.ndarray]:
        """The outputs by name for arrays of ids, at a depth or as the artifact is set."""
        ...

    def on_texts(
        self,
        texts: Sequence[str],
        second_texts: Sequence[str] | None = None,
        depth: int | None = None,
    ) -> dict[str, np.ndarray]:
        """The outputs for texts or pairs, the ids that were read, and "truncated"."""
        ...


def read_job() -> dict[str, Any]:
    """The job whose file a runner was started with."""
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    return job


def described(job: dict[str, Any], description_file: str) -> dict[str, Any]:
    """A job's artifact as its model.json describes it, with "options", if only empty ones.

    Args:
        job: see `answer_job`.
        description_file: where model.json lies in the artifact.
    """
    text = (Path(job["artifact"]) / description_file).read_text("utf-8")
    return {"options": {}, **json.loads(text)}


def hide_keras() -> None:
    """Makes TensorFlow and tensorflow-text, imported afterwards, do without Keras.

    TensorFlow imports Keras wherever it is installed, and tensorflow-text brings Keras layers that
    no artifact uses. None makes Python say that Keras is not installed, and an empty module stands
    for those layers: what runs then runs without Keras.
    """
    sys.modules["keras"] = None  # type: ignore[assignment]
    sys.modules["tensorflow_text.python.keras"] = ModuleType("tensorflow_text.python.keras")


def answer_job(
    job: dict[str, Any],
    runtime: Iterable[str],
    load: Callable[[str], RuntimeModel],
    foreign: Iterable[str] = FOREIGN,
) -> None:
    """Loads an artifact, measures it and answers with it.

    Args:
        job: "artifact", the folder; "inputs", an .npz file of arrays such as "0/token_ids" for
            the first batch; "texts", for each batch [texts, second texts or null], or null for
            one that is asked by its arrays alone; "depths", a list of depths to ask the arrays at
            beside the artifact's own; "measure", {"lengths", "depths"} or null; "output", an .npz
            file to write, and "measured", a JSON file to write. The output has "0/scores" for
            what the texts gave, "0/tokens/scores" for the arrays, "0/depth2/scores" for depth 2.
        runtime: the runtime's modules: what the process holds once they are imported is no part
            of the artifact's memory.
        load: opens the folder.
        foreign: modules that an artifact must do without.

    Raises:
        ValueError: the artifact cannot be used, or it took a foreign module.
    """
    for module in runtime:
        importlib.import_module(module)
    bare = peak_memory()
    started = time.perf_counter()
    model = load(job["artifact"])
    measured: dict[str, Any] = {"load_seconds": time.perf_counter() - started}
    if job.get("measure"):
        measured["latency_ms"] = latencies(model, **job["measure"])
    peak = peak_memory()
    if bare is not None and peak is not None:
        measured["memory_bytes"] = peak - bare
        measured["runtime_memory_bytes"] = bare

    results: dict[str, Any] = {}
    with np.load(job["inputs"]) as archive:
        arrays = dict(archive)
    for number, texts in enumerate(job["texts"]):
        inputs = {
            name.partition("/")[2]: value
            for name, value in arrays.items()
            if name.startswith(f"{number}/")
        }
        answers = {"tokens/": model.on_tokens(inputs)}
        if texts is not None:
            answers[""] = model.on_texts(*texts)
        for depth in job["depths"]:
            answers[f"depth{depth}/"] = model.on_tokens(inputs, depth=depth)
        for prefix, outputs in answers.items():
            for name, value in outputs.items():
                # Strings (labels, tokens) only name what the numbers say.
                if value.dtype != object:
                    results[f"{number}/{prefix}{name}"] = value
    found = sorted(name for name in foreign if sys.modules.get(name) is not None)
    if found:
        raise ValueError(f"the process that should have its runtime alone has loaded {found}")
    np.savez(job["output"], **results)
    Path(job["measured"]).write_text(json.dumps(measured), "utf-8")


def latencies(
    model: RuntimeModel, lengths: Sequence[int], depths: Sequence[int | None]
) -> dict[str, dict[str, float]]:
    """Milliseconds for one row, the median of several, after one that is not counted.

    Args:
        model: the artifact.
        lengths: tokens of the row.
        depths: how many layers to run; None: as the artifact is set.

    Returns:
        {"128": {"12": 40.1}}, by tokens and depth.
    """
    found: dict[str, dict[str, float]] = {}
    for length in lengths:
        inputs = example_row(model.description, length)
        found[str(length)] = {}
        for depth in depths:
            model.on_tokens(inputs, depth=depth)
            seconds = []
            for _ in range(REPETITIONS):
                started = time.perf_counter()
                model.on_tokens(inputs, depth=depth)
                seconds.append(time.perf_counter() - started)
                if len(seconds) >= FEWEST_REPETITIONS and sum(seconds) > ENOUGH_SECONDS:
                    break
            name = str(model.description["depth"] if depth is None else depth)
            found[str(length)][name] = round(statistics.median(seconds) * 1000, 3)
    return found


def example_row(description: dict[str, Any], length: int) -> dict[str, np.ndarray]:
    """A row of `length` tokens that are there for their number; two choices where it has any."""
    special = description["special_token_ids"]
    ids = np.arange(length, dtype=np.int32) % description["vocabulary_size"]
    ids[0], ids[-1] = special["cls"], special["sep"]
    arrays = {
        "token_ids": ids,
        "segment_ids": np.zeros(length, np.int32),
        "padding_mask": np.ones(length, np.int32),
        "mask_positions": np.array([min(1, length - 1)], np.int32),
    }
    row = {}
    for name, axes in description["inputs"].items():
        shape = [2 if axis == "choices" else 1 for axis in axes[:-1]]
        row[name] = np.tile(arrays[name], [*shape, 1])
    return row


def check_inputs(inputs: dict[str, np.ndarray], description: dict[str, Any]) -> None:
    """Refuses arrays that an artifact cannot read, which runtimes answer with noise or worse.

    Args:
        inputs: arrays by name.
        description: the artifact's model.json.

    Raises:
        ValueError: one is missing or of another rank, or rows are too long.
    """
    axes: dict[str, Any] = description.get("inputs", {})
    for name, expected in axes.items():
        if name not in inputs:
            raise ValueError(f"the model reads {', '.join(axes)}, and {name} is missing")
        array = np.asarray(inputs[name])
        if array.ndim != len(expected):
            raise ValueError(
                f"{name} has the shape {array.shape}; expected ({', '.join(expected)})"
            )
        longest = int(description["sequence_length"])
        if expected[-1] == "length" and array.shape[-1] > longest:
            raise ValueError(
                f"rows of {array.shape[-1]} tokens were passed, and the model reads {longest} at "
                "most"
            )


def peak_memory() -> int | None:
    """The most bytes of memory this process held so far; None where the system does not say."""
    # Not getrusage: on Linux a process begins with the figure of the one that started it.
    try:
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
