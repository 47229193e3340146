"""Multi-head self-attention with one product for queries, keys and values."""

import math
from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError
from keras_albert.layers.dropout import dropout as apply_dropout
from keras_albert.layers.fused_parts import mark_query_key_value
from keras_albert.layers.initialization import RandomWeights
from keras_albert.layers.quantized_weights import is_quantized
from keras_albert.layers.row_product import row_product


def _attend(query: Any, key: Any, value: Any, bias: Any, rate: float, seed: Any) -> tuple[Any, Any]:
    """Attention written out: (B, N, S, D) each -> context (B, N, S, D), scores (B, N, S, S).

    On JAX the division of the softmax comes after the product with the values, of S x D numbers
    and not of S x S: a tenth of the time of a forward pass at 288 tokens. Not in float16, where
    S values may add up to more than it holds; and TensorFlow keeps the softmax whole, which
    converters know.
    """
    # A factor for each column, all of them alike. With one number, TensorFlow's graph optimiser
    # joins factor, product and bias into oneDNN's `_MklFusedBatchMatMulV2`, which gives nothing at
    # all (shape (0,)) in TensorFlow 2.21 on processors with AMX: every SavedModel came out empty.
    head_dim = query.shape[-1]
    query = query * ops.full((head_dim,), 1.0 / math.sqrt(head_dim), query.dtype)
    scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
    if bias is not None:
        scores = scores + bias
    wide = keras.backend.standardize_dtype(value.dtype) != "float16"
    if keras.config.backend() == "jax" and wide:
        weights = ops.exp(scores - ops.stop_gradient(ops.max(scores, axis=-1, keepdims=True)))
        total = ops.sum(weights, axis=-1, keepdims=True)
        context = ops.matmul(apply_dropout(weights, rate, seed), value)
        return context / total, weights / total
    probabilities = ops.softmax(scores, axis=-1)
    return ops.matmul(apply_dropout(probabilities, rate, seed), value), probabilities


def _attend_fused(query: Any, key: Any, value: Any, bias: Any) -> Any:
    """The same through torch's fused kernel: (B, N, S, D) each -> context (B, N, S, D).

    JAX and TensorFlow keep to the written-out form: XLA fuses it, and on TPU Keras 3.15 sends
    `dot_product_attention` to a kernel that comes out causal and unscaled unless the mask is
    traced.
    """
    # (0, 2, 1, 3): the Keras operation takes (B, S, N, D) and transposes back, which torch does
    # without copying.
    query, key, value = (ops.transpose(x, (0, 2, 1, 3)) for x in (query, key, value))
    context = ops.dot_product_attention(query, key, value, bias=bias)
    return ops.transpose(context, (0, 2, 1, 3))


@keras.saving.register_keras_serializable("keras_albert")
class SelfAttention(keras.layers.Layer):
    """Multi-head self-attention (Vaswani et al. 2017, section 3.2.2), scale 1 / sqrt(D).

    The columns of the fused kernel are laid out head by head, and within a head query, key,
    value: splitting the kernel's last axis over devices by head gives contiguous pieces.

    Args:
        num_heads: N.
        dropout: share of attention probabilities dropped in training.
        initializer_range: standard deviation of the truncated normal initialiser.

    Raises:
        InputError: when built, if the width is not a multiple of `num_heads`.
    """

    def __init__(
        self,
        num_heads: int,
        dropout: float = 0.0,
        initializer_range: float = 0.02,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.dropout = dropout
        self.initializer_range = initializer_range

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of shape (B, S, H)."""
        hidden_dim = input_shape[-1]
        if hidden_dim is None or hidden_dim % self.num_heads:
            raise InputError(
                f"The hidden width {hidden_dim} cannot be split into {self.num_heads} heads; "
                "choose a number of heads that divides it."
            )
        self.head_dim = hidden_dim // self.num_heads

        def dense(units: int, name: str) -> keras.layers.Dense:
            return keras.layers.Dense(
                units,
                kernel_initializer=RandomWeights(stddev=self.initializer_range),
                dtype=self.dtype_policy,
                name=name,
            )

        self.query_key_value = dense(3 * hidden_dim, "query_key_value")
        self.query_key_value.build(input_shape)
        if not is_quantized(self.query_key_value):
            for variable in (self.query_key_value.kernel, self.query_key_value.bias):
                mark_query_key_value(variable, self.num_heads)
        self.output_dense = dense(hidden_dim, "output_dense")
        self.output_dense.build(input_shape)
        self.built = True

    def call(
        self,
        x: Any,
        attention_bias: Any = None,
        seed: Any = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Attends.

        Args:
            x: (B, S, H).
            attention_bias: (B, 1, 1, S) or (B, 1, S, S), added to the scores, or None.
            seed: (2,), for dropout, or None for none.
            return_attention_scores: also return the probabilities before dropout.

        Returns:
            (B, S, H), and (B, N, S, S) where scores are asked for.
        """
        hidden_dim = self.num_heads * self.head_dim
        length = ops.shape(x)[1]
        # As a matrix: XLA's products of three axes are 5 to 10% slower on CPU, gradients too.
        x = row_product(self.query_key_value, ops.reshape(x, (-1, hidden_dim)))
        x = ops.reshape(x, (-1, length, self.num_heads, 3 * self.head_dim))
        x = ops.transpose(x, (0, 2, 1, 3))
        query, key, value = ops.split(x, 3, axis=-1)
        rate = self.dropout if seed is not None else 0.0
        if keras.config.backend() == "torch" and not rate and not return_attention_scores:
            context, scores = _attend_fused(query, key, value, attention_bias), None
        else:
            context, scores = _attend(query, key, value, attention_bias, rate, seed)
        context = ops.transpose(context, (0, 2, 1, 3))
        output = row_product(self.output_dense, ops.reshape(context, (-1, hidden_dim)))
        output = ops.reshape(output, (-1, length, hidden_dim))
        return (output, scores) if return_attention_scores else output

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(B, S, H), as the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "dropout": self.dropout,
            "initializer_range": self.initializer_range,
        }
