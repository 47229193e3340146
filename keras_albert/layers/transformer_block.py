"""A post-LayerNorm transformer block."""

from typing import Any

import keras

from keras_albert.layers.dropout import dropout, fold_in
from keras_albert.layers.feed_forward import FeedForward
from keras_albert.layers.self_attention import SelfAttention

# Draws of dropout in one block: attention probabilities, attention output, feed-forward output.
DRAWS_PER_BLOCK = 3


@keras.saving.register_keras_serializable("keras_albert")
class TransformerBlock(keras.layers.Layer):
    """LN(x + dropout(attention(x))), then LN(y + dropout(feed_forward(y))).

    google-research/albert `modeling.attention_ffn_block`.

    Args:
        num_heads: N.
        intermediate_dim: width of the feed-forward layer.
        activation: its activation, a name `activation_named` knows.
        hidden_dropout: share dropped of both sublayers' outputs in training.
        attention_dropout: share dropped of the attention probabilities in training.
        layer_norm_epsilon: of both normalisations.
        initializer_range: standard deviation of the truncated normal initialiser.
        attention_from: another block whose attention (with its normalisation) serves here too.
        feed_forward_from: another block whose feed-forward layer (with its normalisation) serves
            here too.
    """

    def __init__(
        self,
        num_heads: int,
        intermediate_dim: int,
        activation: str = "gelu_tanh",
        hidden_dropout: float = 0.0,
        attention_dropout: float = 0.0,
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        attention_from: "TransformerBlock | None" = None,
        feed_forward_from: "TransformerBlock | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.activation = activation
        self.hidden_dropout = hidden_dropout
        self.attention_dropout = attention_dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range

        if attention_from is None:
            self.self_attention = SelfAttention(
                num_heads,
                dropout=attention_dropout,
                initializer_range=initializer_range,
                dtype=self.dtype_policy,
                name="self_attention",
            )
            self.self_attention_norm = self._normalization("self_attention_norm")
        else:
            self.self_attention = attention_from.self_attention
            self.self_attention_norm = attention_from.self_attention_norm
        if feed_forward_from is None:
            self.feed_forward = FeedForward(
                intermediate_dim,
                activation=activation,
                initializer_range=initializer_range,
                dtype=self.dtype_policy,
                name="feed_forward",
            )
            self.feed_forward_norm = self._normalization("feed_forward_norm")
        else:
            self.feed_forward = feed_forward_from.feed_forward
            self.feed_forward_norm = feed_forward_from.feed_forward_norm

    def _normalization(self, name: str) -> keras.layers.LayerNormalization:
        return keras.layers.LayerNormalization(
            epsilon=self.layer_norm_epsilon, dtype=self.dtype_policy, name=name
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of shape (B, S, H); shared parts are built once."""
        for layer in (
            self.self_attention,
            self.self_attention_norm,
            self.feed_forward,
            self.feed_forward_norm,
        ):
            if not layer.built:
                layer.build(input_shape)
        self.built = True

    def call(
        self,
        x: Any,
        attention_bias: Any = None,
        seed: Any = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Runs the block.

        Args:
            x: (B, S, H).
            attention_bias: (B, 1, 1, S) or (B, 1, S, S), added to the scores, or None.
            seed: (2,), for dropout, or None for none.
            return_attention_scores: also return the attention probabilities.

        Returns:
            (B, S, H), and (B, N, S, S) where scores are asked for.
        """
        seeds = [None if seed is None else fold_in(seed, i) for i in range(DRAWS_PER_BLOCK)]
        attended = self.self_attention(
            x,
            attention_bias,
            seed=seeds[0],
            return_attention_scores=return_attention_scores,
        )
        scores = None
        if return_attention_scores:
            attended, scores = attended
        x = self.self_attention_norm(x + dropout(attended, self.hidden_dropout, seeds[1]))
        transformed = self.feed_forward(x)
        x = self.feed_forward_norm(x + dropout(transformed, self.hidden_dropout, seeds[2]))
        return (x, scores) if return_attention_scores else x

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(B, S, H), as the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; what is shared with another block is the encoder's."""
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "activation": self.activation,
            "hidden_dropout": self.hidden_dropout,
            "attention_dropout": self.attention_dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
        }
