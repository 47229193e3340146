"""Export to OpenVINO."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from keras_albert.export.exporting import export


def export_openvino(
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = None,
    sequence_length: int | None = None,
    depth: int | None = None,
    texts: Sequence[str] | None = None,
    data: str | Path | None = None,
    replace: bool = False,
    progress: Callable[[str], None] | None = None,
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
        sequence_length: S, the most tokens a row takes; by default the preprocessor's.
        depth: a fixed number of layers; by default the depth is an input where layers share all
            weights.
        texts: what to verify with; by default sentences that come with the package.
        data: labelled examples, see `exporting.export`.
        replace: whether an existing output gives way.
        progress: called with a line about every stage.

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
        sequence_length=sequence_length,
        depth=depth,
        texts=texts,
        data=data,
        replace=replace,
        progress=progress,
    )
