from typing import Any

import keras
import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from keras_albert.export.onnx_graph.onnx_builder import PRECISIONS, OnnxBuilder

pytestmark = pytest.mark.once

RANDOM = np.random.default_rng(3)


def _variable(*shape: int) -> Any:
    return keras.Variable(RANDOM.normal(size=shape).astype(np.float32), name="kernel")


def _run(graph: OnnxBuilder, x: np.ndarray, output: str) -> np.ndarray:
    kind = TensorProto.INT32 if x.dtype == np.int32 else TensorProto.FLOAT
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "test",
            [helper.make_tensor_value_info("x", kind, [None] * x.ndim)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
            initializer=graph.initializers,
        ),
        ir_version=9,
        opset_imports=[helper.make_opsetid("", 20)],
    )
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return np.asarray(session.run(None, {"x": x})[0])


BOUNDS = {None: 1e-6, "float16": 1e-3, "int8": 0.03, "int8-weights": 0.01}


@pytest.mark.parametrize("precision", PRECISIONS)
def test_products_lookups_and_a_tied_table_in_every_precision(precision: str | None) -> None:
    table, kernel = _variable(80, 32), _variable(32, 64)
    order = RANDOM.permutation(64)
    x = RANDOM.normal(size=(5, 32)).astype(np.float32)
    matrix, values = np.asarray(kernel.numpy()), np.asarray(table.numpy())
    for write, expected in (
        (lambda graph: graph.product("x", kernel, order), x @ matrix[:, order]),
        (lambda graph: graph.product_with_rows("x", table), x @ values.T),
    ):
        graph = OnnxBuilder(precision)
        actual = _run(graph, x, write(graph))
        relative = np.sqrt(((actual - expected) ** 2).sum() / (expected**2).sum())
        assert relative < BOUNDS[precision]
    graph = OnnxBuilder(precision)
    ids = np.array([[3, 79], [0, 3]], np.int32)
    actual = _run(graph, ids, graph.lookup(table, "x"))
    assert np.abs(actual - values[ids]).max() < 0.03
    # The table is there once, whatever reads it.
    graph.product_with_rows("x", table)
    large = [tensor for tensor in graph.initializers if len(tensor.dims) == 2]
    assert len(large) == 1


def test_a_loop_repeats_its_body() -> None:
    graph = OnnxBuilder()
    times = graph.constant(3, np.int64)
    doubled = graph.loop(times, "x", lambda inner, x: str(inner.node("Add", x, x)))
    x = np.ones((1, 2, 3), np.float32)
    np.testing.assert_array_equal(_run(graph, x, doubled), 8 * x)
