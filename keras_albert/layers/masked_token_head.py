"""Vocabulary logits at the masked positions, through the tied word embeddings."""

from typing import Any

import keras
from keras import ops

from keras_albert.layers.activations import activation_named
from keras_albert.layers.initialization import RandomWeights


@keras.saving.register_keras_serializable("keras_albert")
class MaskedTokenHead(keras.layers.Layer):
    """Gather -> Dense(H -> E, activation) -> LayerNorm -> word embeddings transposed + bias.

    google-research/albert `run_pretraining.get_masked_lm_output`.

    Args:
        token_embedding: the model's `keras.layers.ReversibleEmbedding` (V, E), whose weights
            are used again here.
        activation: of the dense layer, a name `activation_named` knows.
        layer_norm_epsilon: of the normalisation.
        initializer_range: standard deviation of the truncated normal initialiser.
    """

    def __init__(
        self,
        token_embedding: keras.layers.ReversibleEmbedding,
        activation: str = "gelu_tanh",
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.token_embedding = token_embedding
        self.activation = activation
        self._activate = activation_named(activation)
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range
        self.dense = keras.layers.Dense(
            token_embedding.output_dim,
            kernel_initializer=RandomWeights(stddev=initializer_range),
            dtype=self.dtype_policy,
            name="dense",
        )
        self.normalization = keras.layers.LayerNormalization(
            epsilon=layer_norm_epsilon, dtype=self.dtype_policy, name="normalization"
        )

    def build(
        self,
        sequence_output_shape: tuple[int | None, ...],
        mask_positions_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Makes the weights for a sequence output of shape (B, S, H)."""
        embedding_dim = self.token_embedding.output_dim
        self.dense.build(sequence_output_shape)
        self.normalization.build((None, None, embedding_dim))
        self.bias = self.add_weight(
            shape=(self.token_embedding.input_dim,), initializer="zeros", name="bias"
        )
        self.built = True

    def call(self, sequence_output: Any, mask_positions: Any) -> Any:
        """Predicts.

        Args:
            sequence_output: (B, S, H).
            mask_positions: (B, P), which positions to predict; unused ones hold 0.

        Returns:
            (B, P, V), logits.
        """
        hidden_dim = sequence_output.shape[-1]
        batch, length = ops.shape(sequence_output)[0], ops.shape(sequence_output)[1]
        # One gather from the rows of a matrix, as Google's code does: take_along_axis becomes a
        # gather with an index for every element of H.
        starts = ops.expand_dims(ops.arange(batch, dtype="int32") * length, axis=1)
        flat_positions = ops.reshape(ops.cast(mask_positions, "int32") + starts, (-1,))
        x = ops.take(ops.reshape(sequence_output, (-1, hidden_dim)), flat_positions, axis=0)
        x = self.normalization(self._activate(self.dense(x)))
        logits = self.token_embedding(x, reverse=True)
        logits = logits + ops.cast(self.bias, logits.dtype)
        count = ops.shape(mask_positions)[1]
        return ops.reshape(logits, (-1, count, self.token_embedding.input_dim))

    def compute_output_shape(
        self,
        sequence_output_shape: tuple[int | None, ...],
        mask_positions_shape: tuple[int | None, ...],
    ) -> tuple[int | None, ...]:
        """(B, P, V)."""
        return (*mask_positions_shape, self.token_embedding.input_dim)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "token_embedding": keras.saving.serialize_keras_object(self.token_embedding),
            "activation": self.activation,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "MaskedTokenHead":
        """A head with an embedding of its own, from `get_config`."""
        config = dict(config)
        config["token_embedding"] = keras.saving.deserialize_keras_object(config["token_embedding"])
        return cls(**config)
