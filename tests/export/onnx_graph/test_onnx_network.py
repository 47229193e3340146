import pytest

from keras_albert.errors import InputError
from keras_albert.export.onnx_graph.onnx_builder import OnnxBuilder
from keras_albert.export.onnx_graph.onnx_network import activated, attention_bias
from keras_albert.layers.activations import ACTIVATIONS

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_every_activation_of_a_block_has_an_operation(name: str) -> None:
    # What it computes is compared with Keras in test_write_onnx.py.
    graph = OnnxBuilder()
    assert activated(graph, "x", name) != "x"
    assert graph.nodes


def test_no_activation_leaves_the_value() -> None:
    assert activated(OnnxBuilder(), "x", "linear") == "x"
    with pytest.raises(InputError, match="selu"):
        activated(OnnxBuilder(), "x", "selu")


def test_the_mask_is_made_of_operations_every_converter_knows() -> None:
    graph = OnnxBuilder()
    attention_bias(graph, "padding_mask")
    assert [node.op_type for node in graph.nodes] == ["Cast", "Unsqueeze", "Sub", "Mul"]
