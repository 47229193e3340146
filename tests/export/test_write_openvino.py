from pathlib import Path

import keras
import numpy as np
import openvino
import pytest

from keras_albert.export.named_outputs import named_outputs
from keras_albert.export.write_openvino import write_openvino
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder

pytestmark = pytest.mark.once


@pytest.mark.parametrize("kind", ["pretrainer", "joint_question_answerer", "multiple_choice"])
@pytest.mark.parametrize("quantize", [None, "int8-weights"])
def test_it_answers_as_keras_at_any_depth(kind: str, quantize: str | None, tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    write_openvino(
        {
            "source": str(model_folder(kind)),
            "target": str(target),
            "scratch": str(tmp_path / "scratch"),
            "sequence_length": None,
            "depth": None,
            "quantize": quantize,
        }
    )
    saved = SavedTask.load(model_folder(kind))
    shape = (2, 2, 9) if kind == "multiple_choice" else (2, 9)
    random = np.random.default_rng(4)
    inputs = {
        "token_ids": random.integers(5, 60, shape).astype(np.int32),
        "segment_ids": np.zeros(shape, np.int32),
        "padding_mask": np.ones(shape, np.int32),
    }
    inputs["segment_ids"][..., 4:] = 1
    if kind == "pretrainer":
        inputs["mask_positions"] = np.array([[1, 2], [8, 0]], np.int32)
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.compile_model(target / "model.xml", "CPU", options)
    for depth in (1, 3):
        tensors = {name: keras.ops.convert_to_tensor(value) for name, value in inputs.items()}
        expected = named_outputs(saved, tensors, depth)
        answers = model({**inputs, "depth": np.array(depth, np.int32)})
        for name, value in expected.items():
            wanted = keras.ops.convert_to_numpy(value)
            difference = np.where(np.abs(wanted) > 1e20, 0, answers[name] - wanted)
            bound = 1e-4 if quantize is None else 0.3
            if quantize is None or not name.endswith("positions"):
                assert np.abs(difference).max() < bound * max(
                    1, np.abs(wanted[np.abs(wanted) < 1e20]).max()
                )
    size = sum(file.stat().st_size for file in target.glob("*.bin"))
    weights = sum(int(np.prod(w.shape)) for w in saved.task.weights)
    assert size < (4.1 if quantize is None else 2) * weights + 4096
