"""Writes a TFLite model; runs in the worker's process, on TensorFlow."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from keras_albert.export.formats import INT6_EMBEDDINGS
from keras_albert.export.named_outputs import default_depth
from keras_albert.export.reference import example_inputs
from keras_albert.export.sample_texts import CALIBRATION_TEXTS
from keras_albert.export.sizes import check_stored, tflite_bytes
from keras_albert.export.tflite.litert_tables import (
    look_up_quantized,
    share_equal_buffers,
    slice_quantized,
)
from keras_albert.models.saved_task import SavedTask

MODEL_FILE = "model.tflite"
# exp(-40) is nothing beside any score that counts, and a range of 40 leaves 8 bits their steps.
SMALL_MASKED_SCORE = -40.0


def write_tflite(job: dict[str, Any]) -> None:
    """Writes job["target"]/model.tflite, as a job (see `worker`) asks for.

    Its options: "lengths", a signature for each; "strings", a signature that reads texts.

    Raises:
        InputError: the converter doubled weights.
    """
    import tensorflow as tf

    from keras_albert.export.serving_module import loop_where_shared, token_signatures

    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    options, quantize = job["options"], job["quantize"]
    depth = job["depth"]
    if quantize == "int8-full":
        # The converter finds no ranges inside a loop, so the layers are written out.
        depth = default_depth(saved) if depth is None else depth
        saved.task.backbone.encoder.masked_score = SMALL_MASKED_SCORE
    else:
        loop_where_shared(saved)
    if quantize in ("int8", "int8-full", INT6_EMBEDDINGS):
        look_up_quantized(
            saved.task.backbone.token_embedding, 6 if quantize == INT6_EMBEDDINGS else 8
        )
        slice_quantized(saved.task.backbone.embedding)
    module, signatures = token_signatures(
        saved, depth, options.get("lengths"), bool(options.get("strings"))
    )
    tf.saved_model.save(module, job["scratch"], signatures=signatures)
    converter = tf.lite.TFLiteConverter.from_saved_model(
        job["scratch"], signature_keys=list(signatures)
    )
    # Only what every runtime has: an operation of TensorFlow's own (Flex) is an error here.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.allow_custom_ops = bool(options.get("strings"))
    if quantize is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantize == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if quantize == "int8-full":
        converter.representative_dataset = lambda: _examples(
            saved, list(signatures), job["calibration"] or CALIBRATION_TEXTS
        )
    content = share_equal_buffers(converter.convert())
    # A signature of one length has the positions up to there by themselves.
    width = saved.task.backbone.embedding.position_embeddings.shape[-1]
    sliced = 4 * width * sum(options.get("lengths") or ())
    check_stored(tflite_bytes(content), saved, quantize, sliced)
    Path(job["target"], MODEL_FILE).write_bytes(content)


def _examples(
    saved: SavedTask, names: list[str], texts: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What activations are measured on: texts, alone and as pairs, row by row."""
    for name in names:
        fixed = int(name.partition("_")[2] or 0)
        for arrays in example_inputs(saved, texts):
            for row in range(len(arrays["token_ids"])):
                one = {key: value[row : row + 1] for key, value in arrays.items()}
                if fixed:
                    one = {key: _fitted(key, value, fixed) for key, value in one.items()}
                yield name, one


def _fitted(name: str, array: Any, length: int) -> Any:
    """A row cut or padded to a signature's length; places of masks stay as they are."""
    import numpy as np

    if name == "mask_positions":
        return np.minimum(array, length - 1)
    array = array[..., :length]
    edges = [(0, 0)] * (array.ndim - 1) + [(0, length - array.shape[-1])]
    return np.pad(array, edges)
