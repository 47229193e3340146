"""Writes a TFLite model; runs in the worker's process, on TensorFlow."""

from pathlib import Path
from typing import Any

from keras_albert.models.saved_task import SavedTask

MODEL_FILE = "model.tflite"


def write_tflite(job: dict[str, Any]) -> None:
    """Writes job["target"]/model.tflite, as a job (see `worker`) asks for."""
    import tensorflow as tf

    from keras_albert.export.serving_module import loop_where_shared, token_signatures

    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    loop_where_shared(saved)
    module, signatures = token_signatures(saved, depth=job["depth"])
    tf.saved_model.save(module, job["scratch"], signatures=signatures)
    converter = tf.lite.TFLiteConverter.from_saved_model(
        job["scratch"], signature_keys=list(signatures)
    )
    # Only what every runtime has: an operation of TensorFlow's own (Flex) is an error here.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if job["quantize"] is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if job["quantize"] == "float16":
        converter.target_spec.supported_types = [tf.float16]
    Path(job["target"], MODEL_FILE).write_bytes(converter.convert())
