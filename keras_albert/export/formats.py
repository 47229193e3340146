"""The formats: what writes each, what runs it, and what may be asked of it."""

from dataclasses import dataclass
from typing import Any

from keras_albert.errors import InputError, suggest

# int8 with word embeddings in 6 bits: ALBERT-base with its tokenizer is below 12 MB then, where 4
# bits would cost accuracy.
INT6_EMBEDDINGS = "int8-int6-embeddings"


@dataclass(frozen=True)
class Format:
    """How a format is written and verified.

    Attributes:
        writer: "module:function", called with the job; see `worker`.
        backend: what Keras must run on to write it, in a process of its own; None: the writer reads
            variables of any backend, in the caller's process.
        runner: the module in `runtime/` that answers a job with the runtime alone.
        runtimes: the distributions it takes, for the card.
        quantizations: what `quantize` may be beside None.
        weight_files: globs of the files that hold weights, for the size check.
        beside: the folder in the artifact for vocabulary and description.
        options: names of further options its writer knows.
        limits: "module:function", called with task, quantization and options before anything is
            computed; it raises InputError where they do not go together.
    """

    writer: str
    backend: str | None
    runner: str
    runtimes: tuple[str, ...]
    quantizations: tuple[str, ...]
    weight_files: tuple[str, ...]
    beside: str = "."
    options: tuple[str, ...] = ()
    limits: str | None = None


FORMATS: dict[str, Format] = {
    "saved-model": Format(
        writer="keras_albert.export.write_saved_model:write_saved_model",
        backend="tensorflow",
        runner="run_saved_model",
        runtimes=("tensorflow", "tensorflow-text"),
        quantizations=(),
        # Its writer counts what saved_model.pb has of weights.
        weight_files=("variables/variables.data*",),
        # assets.extra is where a SavedModel keeps what its loader does not read.
        beside="assets.extra",
        options=("tokens_only",),
    ),
    "tflite": Format(
        writer="keras_albert.export.tflite.write_tflite:write_tflite",
        backend="tensorflow",
        runner="run_litert",
        runtimes=("ai-edge-litert", "sentencepiece"),
        quantizations=("int8", "float16", "int8-full", INT6_EMBEDDINGS),
        weight_files=("*.tflite",),
        options=("lengths", "strings"),
        limits="keras_albert.export.tflite.litert_limits:check_limits",
    ),
    "onnx": Format(
        writer="keras_albert.export.write_onnx:write_onnx",
        backend=None,
        runner="run_onnx",
        runtimes=("onnx", "onnxruntime", "sentencepiece"),
        quantizations=("float16", "int8"),
        weight_files=("*.onnx",),
    ),
    "openvino": Format(
        writer="keras_albert.export.write_openvino:write_openvino",
        backend=None,
        runner="run_openvino",
        runtimes=("onnx", "openvino", "sentencepiece"),
        quantizations=("float16", "int8-weights"),
        # The graph is in model.xml.
        weight_files=("*.bin",),
    ),
}


def format_named(name: str, quantize: str | None, options: dict[str, Any]) -> Format:
    """A format, checked against what is asked of it.

    Raises:
        InputError: an unknown format, or a quantization or an option it has not.
    """
    if name not in FORMATS:
        raise InputError(
            f"Unknown format {name!r}; expected one of {', '.join(FORMATS)}."
            + suggest(str(name), FORMATS)
        )
    found = FORMATS[name]
    if quantize is not None and quantize not in found.quantizations:
        expected = ", ".join(map(repr, (*found.quantizations, None)))
        raise InputError(
            f"Unknown quantization {quantize!r} for {name}; expected one of {expected}."
            + suggest(str(quantize), found.quantizations)
        )
    for option, value in options.items():
        if value and option not in found.options:
            raise InputError(
                f"{option}={value!r} does not go with {name}; its options are "
                f"{', '.join(found.options) or 'none'}."
            )
    return found
