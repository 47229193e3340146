"""Export to ONNX, its weights stored once and its depth an input."""

from pathlib import Path
from typing import Any, Unpack

from keras_albert.export.exporting import ExportSettings, export


def export_onnx(
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = None,
    **settings: Unpack[ExportSettings],
) -> dict[str, Any]:
    """Writes a folder with an ONNX model, its vocabulary and its description.

    The folder holds `model.onnx`, the vocabulary, `model.json` (labels, lengths, special ids,
    checksums) and `export.json`, the card. Inputs and outputs are those of `export_tflite`. Batch
    and length are dynamic. Where all layers share weights they are an ONNX `Loop`, whose trip
    count is the input "depth", an int32 scalar held between 1 and the model's layers.

    The graph is written node by node from the task's variables, on whatever backend they are; no
    framework's exporter takes part. It needs no operation beyond ONNX's own (version 20).

    Before it returns, the model answers real texts in a fresh process that has onnxruntime and
    sentencepiece alone, and must agree with the source model.

    Args:
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        quantize: None for float32; "float16" (stored so, computed in float32); "int8" (stored and
            multiplied in 8 bits, see `OnnxBuilder`).
        **settings: sequence_length, depth, texts, data, replace and progress, see
            `exporting.export`.

    Returns:
        The card.

    Raises:
        InputError: the model cannot be read, the output exists, or the export failed or differs;
            then nothing is left but a log beside the output.
    """
    return export(
        "onnx",
        model_dir,
        output,
        quantize=quantize,
        **settings,
    )
