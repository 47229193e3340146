import pytest

from keras_albert.export.onnx_graph.onnx_builder import OnnxBuilder
from keras_albert.export.onnx_graph.onnx_heads import head_outputs
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder

pytestmark = pytest.mark.once


# What heads compute is compared with Keras for every kind in test_write_onnx.py.
def test_a_regression_has_no_probabilities() -> None:
    saved = SavedTask.load(model_folder("regression"))
    graph = OnnxBuilder()
    outputs = head_outputs(graph, saved, {"token_ids": "token_ids"}, "states")
    assert set(outputs) == {"scores"}
