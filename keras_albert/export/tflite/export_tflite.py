"""Export to TFLite (LiteRT), in float32, float16 or int8."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from keras_albert.export.exporting import ExportSettings, export


def export_tflite(
    model_dir: str | Path,
    output: str | Path,
    *,
    quantize: str | None = None,
    lengths: Sequence[int] | None = None,
    strings: bool = False,
    calibration: Sequence[str] | None = None,
    **settings: Unpack[ExportSettings],
) -> dict[str, Any]:
    """Writes a folder with a TFLite model, its vocabulary and its description.

    The folder holds `model.tflite`, the vocabulary (`spiece.model`, normalisation inside, or
    `vocab.txt`), `model.json` (labels, lengths, special ids, checksums) and `export.json`, the
    card. The model has one signature, "tokens", with inputs and outputs as `export_saved_model`
    describes; batch size and length are dynamic, and no TensorFlow (Flex) operation is needed.
    Where all layers share weights the encoder is a loop over one copy of them, and its trip count
    an input: "depth", a scalar int32.

    int8 is dynamic-range quantisation: weights are stored and multiplied as int8, activations are
    quantised row by row at run time. Inputs and outputs stay as they are.

    Before it returns, the model answers real texts in a fresh process that has ai-edge-litert and
    sentencepiece alone, and must agree with the source model: within 1e-4 for float32, within a
    root mean square difference of 0.25 of the values' in 8 or 6 bits and 0.02 for float16.

    Args:
        model_dir: a preset folder, a run's folder or a shipped preset's name.
        output: the folder to make.
        quantize: None for float32; "int8", as above; "float16", stored so and computed in float32;
            "int8-full", activations in int8 too, by ranges found on `calibration`: its depth and
            lengths are fixed; "int8-int6-embeddings", int8 with word embeddings in 6 bits, not for
            a masked-token head, which multiplies them.
        lengths: make a signature for each of these numbers of tokens instead of one for all:
            "tokens_128" reads one row of 128. They share one copy of the weights.
        strings: add a signature "texts" that reads raw strings, `text` (B,), with tensorflow-text's
            FastSentencepiece; it takes tensorflow-text to run. For plain texts, without `[MASK]`.
        calibration: texts on which "int8-full" measures activations, a hundred or more such as the
            model will read; by default a few sentences that come with the package.
        **settings: sequence_length, depth, texts, data, replace and progress, see
            `exporting.export`.

    Returns:
        The card.

    Raises:
        InputError: the model cannot be read, the output exists, or the export failed or differs;
            then nothing is left but a log beside the output.
    """
    return export(
        "tflite",
        model_dir,
        output,
        quantize=quantize,
        calibration=calibration,
        **settings,
        options={"lengths": None if lengths is None else list(lengths), "strings": strings},
    )
