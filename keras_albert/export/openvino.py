"""Export to OpenVINO."""

from pathlib import Path
from typing import Any, Unpack

from keras_albert.export.exporting import ExportSettings, export


def export_openvino(
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = None,
    **settings: Unpack[ExportSettings],
) -> dict[str, Any]:
    """Writes a folder with an OpenVINO model (`model.xml`, `model.bin`) and what belongs to it.

    It is converted from what `export_onnx` writes, and has the same inputs and outputs; where all
    layers share weights it has one copy of them, in a loop whose rounds are the input "depth".

    Before it returns, the model answers real texts in a fresh process that has openvino and
    sentencepiece alone, and must agree with the source model. It computes in float32 there
    (`INFERENCE_PRECISION_HINT`); left alone, OpenVINO takes bfloat16 where the processor has it.

    Args:
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        quantize: None for float32; "float16" (stored so); "int8-weights" (matrices stored in 8 bits
            with a scale a column, which OpenVINO multiplies as it sees fit).
        **settings: sequence_length, depth, texts, data, replace and progress, see
            `exporting.export`.

    Returns:
        The card.

    Raises:
        InputError: the model cannot be read, the output exists, or the export failed or differs;
            then nothing is left but a log beside the output.
    """
    return export(
        "openvino",
        model_dir,
        output,
        quantize=quantize,
        **settings,
    )
