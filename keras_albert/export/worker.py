"""The process that writes an artifact: Keras on TensorFlow, whatever the caller runs on.

`python -m keras_albert.export.worker JOB.json`, started by `child_process.run_child`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.files import write_json

MODEL_FILE = "model.tflite"


def write_saved_model(job: dict[str, Any], *, strings: bool) -> None:
    """Writes the SavedModel that a job asks for into the folder job["target"]."""
    import tensorflow as tf

    from keras_albert.export.serving_module import loop_where_shared, serving_module
    from keras_albert.models.saved_task import SavedTask

    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    loop_where_shared(saved)
    module, signatures = serving_module(saved, depth=job["depth"], strings=strings)
    tf.saved_model.save(module, job["target"], signatures=signatures)


def write_tflite(job: dict[str, Any]) -> None:
    """Converts a SavedModel of token ids, written beside, into job["target"]/model.tflite."""
    import tensorflow as tf

    intermediate = {**job, "target": job["scratch"]}
    write_saved_model(intermediate, strings=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(job["scratch"], signature_keys=["tokens"])
    # Only what every runtime has: an operation of TensorFlow's own (Flex) is an error here.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if job["quantize"] == "int8":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    Path(job["target"], MODEL_FILE).write_bytes(converter.convert())


def main(job_path: str) -> int:
    """Does the job; an `InputError` is written to job["error"] as the one line it is."""
    job = json.loads(Path(job_path).read_text("utf-8"))
    try:
        if job["format"] == "tflite":
            write_tflite(job)
        else:
            write_saved_model(job, strings=True)
    except InputError as error:
        write_json(job["error"], {"message": str(error)})
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
