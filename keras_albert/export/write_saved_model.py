"""Writes a SavedModel; runs in the worker's process, on TensorFlow."""

from pathlib import Path
from typing import Any

from keras_albert.export.sizes import check_stored, saved_model_bytes
from keras_albert.models.saved_task import SavedTask


def write_saved_model(job: dict[str, Any]) -> None:
    """Writes the SavedModel that a job (see `worker`) asks for into the folder job["target"].

    Its options: "tokens_only", no signatures that read strings.

    Raises:
        InputError: weights were baked into the graph.
    """
    import tensorflow as tf

    from keras_albert.export.serving_module import loop_where_shared, serving_module

    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    loop_where_shared(saved)
    strings = not job["options"].get("tokens_only")
    module, signatures = serving_module(saved, depth=job["depth"], strings=strings)
    tf.saved_model.save(module, job["target"], signatures=signatures)
    check_stored(saved_model_bytes(Path(job["target"])), saved, job["quantize"])
