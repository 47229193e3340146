"""Writes a task for OpenVINO, by way of ONNX."""

from pathlib import Path
from typing import Any

from keras_albert.export.sizes import check_stored
from keras_albert.export.write_onnx import onnx_model
from keras_albert.models.saved_task import SavedTask

MODEL_FILE = "model.xml"


def write_openvino(job: dict[str, Any]) -> None:
    """Writes job["target"]/model.xml and model.bin, as a job (see `worker`) asks for.

    Raises:
        InputError: the task has an activation that ONNX lacks, or weights were doubled.
    """
    import openvino
    from openvino._offline_transformations import apply_moc_transformations

    saved = SavedTask.load(job["source"], sequence_length=job["sequence_length"])
    weights = "int8-weights" if job["quantize"] == "int8-weights" else None
    source = Path(job["scratch"]).with_suffix(".onnx")
    source.parent.mkdir(parents=True, exist_ok=True)
    content = onnx_model(saved, depth=job["depth"], quantize=weights).SerializeToString()
    source.write_bytes(content)
    # What `openvino.convert_model` does, but for its telling Intel of each use.
    model = openvino.Core().read_model(source)
    apply_moc_transformations(model, cf=False, smart_reshape=True)
    target = Path(job["target"], MODEL_FILE)
    openvino.save_model(model, target, compress_to_fp16=job["quantize"] == "float16")
    # The graph is in model.xml: model.bin is weights alone.
    check_stored(target.with_suffix(".bin").stat().st_size, saved, job["quantize"])
