from pathlib import Path
from unittest import mock

import numpy as np
import openvino
import pytest

from keras_albert.export.write_openvino import write_openvino
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.export_rows import expected_outputs, possible_places, random_inputs
from tests.exported import model_folder


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "quantize"),
    [
        *((kind, None) for kind in sorted(TASK_KINDS)),
        # What is quantised is the encoder and the tables; these three have every kind of them.
        *((kind, "int8-weights") for kind in ("pretrainer", "text_embedder", "multiple_choice")),
    ],
)
def test_it_answers_as_keras_at_any_depth(kind: str, quantize: str | None, tmp_path: Path) -> None:
    folder = model_folder("classifier" if kind == "text_classifier" else kind)
    target = tmp_path / "model"
    target.mkdir()
    job = {"source": str(folder), "target": str(target), "scratch": str(tmp_path / "scratch")}
    with mock.patch("openvino_telemetry.Telemetry") as telemetry:
        write_openvino({**job, "sequence_length": None, "depth": None, "quantize": quantize})
    telemetry.assert_not_called()
    saved = SavedTask.load(folder)
    inputs = random_inputs(saved, 2, 9)
    model = openvino.compile_model(target / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    for depth in (1, 3):
        expected = expected_outputs(saved, inputs, depth)
        answers = model({**inputs, "depth": np.array(depth, np.int32)})
        for name, value in expected.items():
            if quantize is not None and name.endswith(("positions", "end_log_probabilities")):
                continue  # Which places a beam has depends on the last digits.
            places = possible_places(name, expected)
            bound = (1e-4 if quantize is None else 0.3) * max(1, np.abs(value[places]).max())
            assert np.abs(answers[name][places] - value[places]).max() < bound, name
    size = sum(file.stat().st_size for file in target.glob("*.bin"))
    weights = sum(int(np.prod(w.shape)) for w in saved.task.weights)
    assert size < (4.1 if quantize is None else 1.1) * weights + 4096
