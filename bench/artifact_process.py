"""Times one artifact in this process, with nothing loaded but its runtime. See `bench.artifacts`.

    python bench/artifact_process.py RUNTIME PATH LENGTHS RUNS

Prints one line of JSON: seconds to load, memory it takes, median milliseconds a length.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

THREADS = 2
VOCABULARY_SIZE = 30000
# Layers of the artifacts whose depth is an input.
DEPTH = 12
Run = Callable[[Mapping[str, np.ndarray]], Any]


def megabytes(field: str) -> float:
    """VmRSS, the resident size now, or VmHWM, its peak (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise KeyError(field)


def feed(names: Mapping[str, Any], length: int) -> dict[str, np.ndarray]:
    """A row of random tokens without padding, under whatever names a model gives its inputs.

    Args:
        names: of the inputs, with their NumPy types.
        length: S, tokens of the row.
    """
    ids = np.random.default_rng(0).integers(5, VOCABULARY_SIZE, (1, length))
    arrays: dict[str, np.ndarray] = {}
    for name, dtype in names.items():
        if "depth" in name:
            value = np.array(DEPTH)
        elif "mask" in name:
            value = np.ones_like(ids)
        elif "segment" in name or "type" in name:
            value = np.zeros_like(ids)
        else:
            value = ids
        arrays[name] = value.astype(dtype)
    return arrays


def litert(path: str) -> tuple[Run, Mapping[str, Any]]:
    """A TFLite file, through its first signature."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=path, num_threads=THREADS)
    signature = next(iter(interpreter.get_signature_list()))
    runner = interpreter.get_signature_runner(signature)
    names = {name: detail["dtype"] for name, detail in runner.get_input_details().items()}
    return lambda arrays: runner(**arrays), names


def onnxruntime(path: str) -> tuple[Run, Mapping[str, Any]]:
    """An ONNX file on the CPU provider."""
    import onnxruntime as runtime

    options = runtime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    types = {"tensor(int32)": np.int32, "tensor(int64)": np.int64}
    names = {entry.name: types[entry.type] for entry in session.get_inputs()}
    return lambda arrays: session.run(None, dict(arrays)), names


def openvino(path: str, precision: str = "f32") -> tuple[Run, Mapping[str, Any]]:
    """OpenVINO on an IR or an ONNX file, in the precision asked for."""
    import openvino as runtime

    compiled = runtime.Core().compile_model(
        path, "CPU", {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": THREADS}
    )
    # A port has several names, in no order.
    names = {
        max(port.get_names(), key=lambda name: ("depth" in name, name)): port
        for port in compiled.inputs
    }
    names = {name: port.get_element_type().to_dtype().type for name, port in names.items()}
    return lambda arrays: compiled(dict(arrays)), names


def transformers(path: str, how: str) -> tuple[Run, Mapping[str, Any]]:
    """A folder of transformers' on PyTorch: "eager", "sdpa" or "compile"."""
    import torch
    from transformers import AutoModelForSequenceClassification

    torch.set_num_threads(THREADS)
    attention = "eager" if how == "eager" else "sdpa"
    model = AutoModelForSequenceClassification.from_pretrained(path, attn_implementation=attention)
    model.eval()
    call: Any = torch.compile(model, dynamic=False) if how == "compile" else model

    def run(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        with torch.inference_mode():
            return call(**{n: torch.from_numpy(a) for n, a in arrays.items()}).logits.numpy()

    return run, dict.fromkeys(("input_ids", "token_type_ids", "attention_mask"), np.int64)


RUNTIMES: dict[str, Callable[[str], tuple[Run, Mapping[str, Any]]]] = {
    "litert": litert,
    "onnxruntime": onnxruntime,
    "openvino f32": openvino,
    "openvino bf16": lambda path: openvino(path, "bf16"),
    "transformers eager": lambda path: transformers(path, "eager"),
    "transformers sdpa": lambda path: transformers(path, "sdpa"),
    "transformers compile": lambda path: transformers(path, "compile"),
}
MODULES = {
    "litert": "ai_edge_litert.interpreter",
    "onnxruntime": "onnxruntime",
    "openvino": "openvino",
    "transformers": "transformers.models.auto.modeling_auto",
}


def main(runtime: str, path: str, lengths: list[int], runs: int) -> dict[str, Any]:
    """Loads, runs each length until it is warm, then `runs` times."""
    __import__(MODULES[runtime.split()[0]])
    before = megabytes("VmRSS")
    start = time.perf_counter()
    run, names = RUNTIMES[runtime](path)
    loaded = time.perf_counter() - start
    milliseconds = {}
    for length in lengths:
        arrays = feed(names, length)
        for _ in range(3):
            run(arrays)
        taken = []
        for _ in range(runs):
            start = time.perf_counter()
            run(arrays)
            taken.append(1000 * (time.perf_counter() - start))
        milliseconds[str(length)] = statistics.median(taken)
    return {
        "load_seconds": loaded,
        "megabytes": megabytes("VmRSS") - before,
        "milliseconds": milliseconds,
    }


if __name__ == "__main__":
    _, runtime, path, lengths, runs = sys.argv
    print(json.dumps(main(runtime, path, [int(n) for n in lengths.split(",")], int(runs))))
