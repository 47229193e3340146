"""Writing an ONNX graph node by node, its weights in float32, float16 or int8."""

from collections.abc import Callable
from typing import Any

import numpy as np

# What "quantize" may be; see `OnnxBuilder`.
PRECISIONS = (None, "float16", "int8", "int8-weights")
# Seven of the eight bits: where a processor adds pairs of products in 16 bits, eight overflow (on
# random products ONNX Runtime was seen to be off by 10% with them and by less than 4% without), and
# packed the file is smaller.
LARGEST_INTEGER = 63
# Matrices below this stay as they are: they weigh nothing, and often are a last layer.
SMALLEST_QUANTIZED = 1024
FEWEST_COLUMNS_QUANTIZED = 8


class OnnxBuilder:
    """A graph under construction. Values are names; every method adds nodes and returns names.

    Matrices are stored once however often they are used, in the precision asked for:

    - None: float32.
    - "float16": stored in half precision, computed in float32.
    - "int8": stored in 8 bits with a scale a column, and multiplied in integers: the rows they are
      multiplied with are brought to 8 bits at run time (`DynamicQuantizeLinear`).
    - "int8-weights": stored in 8 bits with a scale a column, computed in float32.

    Args:
        quantize: one of `PRECISIONS`.
        parent: the builder of the graph that this one is nested in.
    """

    def __init__(self, quantize: str | None = None, parent: "OnnxBuilder | None" = None) -> None:
        self.quantize = quantize
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._taken: dict[str, int] = parent._taken if parent is not None else {}
        self._kept: dict[Any, str] = {}

    def node(
        self, operation: str, *inputs: str, outputs: int = 1, output: str = "", **attributes: Any
    ) -> Any:
        """Adds a node.

        Args:
            operation: an ONNX operation, such as "MatMul".
            *inputs: names of values; "" for one left out.
            outputs: how many it has.
            output: what to call its only output; by default a name is made.
            **attributes: of the operation.

        Returns:
            The output's name, or a list of names where there are several.
        """
        from onnx import helper

        names = [output] if output else [self._name(operation) for _ in range(outputs)]
        self.nodes.append(helper.make_node(operation, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """A small constant; equal ones are stored once."""
        array = np.asarray(value, dtype)
        return self._stored((array.dtype.str, array.shape, array.tobytes()), array, "constant")

    def weight(self, variable: Any) -> str:
        """A vector or another array of weights, in float32.

        Args:
            variable: a Keras variable.
        """
        return self._stored(id(variable), _array(variable), variable.path)

    def lookup(self, table: Any, ids: str) -> str:
        """Rows of a table (V, E) by ids (...): (..., E).

        Args:
            table: a Keras variable.
            ids: integers.
        """
        array = _array(table)
        if self.quantize is None or array.size < SMALLEST_QUANTIZED:
            return str(self.node("Gather", self.weight(table), ids))
        if self.quantize == "float16":
            half = self._stored(id(table), array.astype(np.float16), table.path)
            return self._to_float(self.node("Gather", half, ids))
        values, scales = self._quantized(id(table), array, table.path, axis=1)
        rows = self._to_float(self.node("Gather", values, ids))
        scale = self.node("Gather", scales, ids)
        scale = self.node("Unsqueeze", scale, self.constant([-1], np.int64))
        return str(self.node("Mul", rows, scale))

    def product(
        self,
        x: str,
        kernel: Any,
        order: np.ndarray | None = None,
        part: slice = slice(None),
    ) -> str:
        """X (..., K) times a kernel (K, N): (..., N).

        Args:
            x: the left side.
            kernel: a Keras variable.
            order: (N,), in which order the kernel's columns are wanted.
            part: which of the kernel's rows are wanted.
        """
        array = _ordered(_array(kernel), order)[part]
        key = (id(kernel), part.start, part.stop)
        small = array.size < SMALLEST_QUANTIZED or array.shape[1] < FEWEST_COLUMNS_QUANTIZED
        if self.quantize is None or small:
            return str(self.node("MatMul", x, self._stored(key, array, kernel.path)))
        if self.quantize == "float16":
            half = self._stored(key, array.astype(np.float16), kernel.path)
            return str(self.node("MatMul", x, self._to_float(half)))
        values, scales = self._quantized(key, array, kernel.path, axis=0)
        if self.quantize == "int8-weights":
            matrix = self.node("DequantizeLinear", values, scales, axis=1)
            return str(self.node("MatMul", x, matrix))
        return self._integer_product(x, values, scales)

    def product_with_rows(self, x: str, table: Any) -> str:
        """X (R, E) times a table (V, E) turned: (R, V). The table may serve `lookup` too."""
        array = _array(table)
        if self.quantize is None or array.size < SMALLEST_QUANTIZED:
            return str(self.node("Gemm", x, self.weight(table), transB=1))
        if self.quantize == "float16":
            half = self._stored(id(table), array.astype(np.float16), table.path)
            return str(self.node("Gemm", x, self._to_float(half), transB=1))
        values, scales = self._quantized(id(table), array, table.path, axis=1)
        if self.quantize == "int8-weights":
            matrix = self.node("DequantizeLinear", values, scales, axis=0)
            return str(self.node("Gemm", x, matrix, transB=1))
        return self._integer_product(x, self.node("Transpose", values, perm=[1, 0]), scales)

    def add(self, x: str, variable: Any, order: np.ndarray | None = None) -> str:
        """X plus a vector of weights, such as a bias."""
        array = _ordered(_array(variable), order)
        return str(self.node("Add", x, self._stored(id(variable), array, variable.path)))

    def normalized(self, x: str, layer: Any) -> str:
        """What a Keras `LayerNormalization` makes of x."""
        return str(
            self.node(
                "LayerNormalization",
                x,
                self.weight(layer.gamma),
                self.weight(layer.beta),
                axis=-1,
                epsilon=float(layer.epsilon),
            )
        )

    def loop(self, times: str, x: str, body: Callable[["OnnxBuilder", str], str]) -> str:
        """Applies a body `times` times: x = body(x). Its weights are stored in it, once.

        Args:
            times: an int64 scalar.
            x: the value to start from, (B, S, H).
            body: writes one round with the builder it is given, and returns the new value.
        """
        from onnx import TensorProto, helper

        inner = OnnxBuilder(self.quantize, parent=self)
        start, goes_on = self._name("layer_input"), self._name("goes_on")
        end = body(inner, start)
        still = inner.node("Identity", goes_on)
        graph = helper.make_graph(
            inner.nodes,
            self._name("layer"),
            [
                helper.make_tensor_value_info(self._name("round"), TensorProto.INT64, []),
                helper.make_tensor_value_info(goes_on, TensorProto.BOOL, []),
                helper.make_tensor_value_info(start, TensorProto.FLOAT, [None, None, None]),
            ],
            [
                helper.make_tensor_value_info(still, TensorProto.BOOL, []),
                helper.make_tensor_value_info(end, TensorProto.FLOAT, [None, None, None]),
            ],
            initializer=inner.initializers,
        )
        return str(self.node("Loop", times, self.constant(True, np.bool_), x, body=graph))

    def _integer_product(self, x: str, values: str, scales: str) -> str:
        # In the order in which ONNX Runtime recognises them and joins them to one operation.
        rows, row_scale, zero = self.node("DynamicQuantizeLinear", x, outputs=3)
        summed = self._to_float(self.node("MatMulInteger", rows, values, zero))
        return str(self.node("Mul", summed, self.node("Mul", row_scale, scales)))

    def _to_float(self, x: str) -> str:
        from onnx import TensorProto

        return str(self.node("Cast", x, to=TensorProto.FLOAT))

    def _quantized(self, key: Any, array: np.ndarray, name: str, axis: int) -> tuple[str, str]:
        """8-bit values of a matrix, and the scales that an axis leaves when it is gone over."""
        # Weights that are not multiplied as integers have nothing to overflow.
        largest = LARGEST_INTEGER if self.quantize == "int8" else 127
        scales = np.abs(array).max(axis=axis, keepdims=True) / largest
        scales = np.where(scales == 0, 1.0, scales).astype(np.float32)
        values = np.rint(array / scales).astype(np.int8)
        return (
            self._stored(key, values, name),
            self._stored((key, "scales"), scales.ravel(), f"{name}_scales"),
        )

    def _stored(self, key: Any, array: np.ndarray, name: str) -> str:
        from onnx import numpy_helper

        if key not in self._kept:
            self._kept[key] = self._name(name)
            tensor = numpy_helper.from_array(np.asarray(array, order="C"), self._kept[key])
            self.initializers.append(tensor)
        return self._kept[key]

    def _name(self, base: str) -> str:
        """A name that no other value has, in this graph or one around it."""
        number = self._taken[base] = self._taken.get(base, 0) + 1
        return f"{base}_{number}"


def _array(variable: Any) -> np.ndarray:
    import keras

    return np.asarray(keras.ops.convert_to_numpy(variable), np.float32)


def _ordered(array: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    return array if order is None else array[..., order]
