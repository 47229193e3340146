"""The factorized embedding: vocabulary x E, then E -> H."""

from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError
from keras_albert.layers.dropout import dropout as apply_dropout
from keras_albert.layers.initialization import RandomWeights


@keras.saving.register_keras_serializable("keras_albert")
class FactorizedEmbedding(keras.layers.Layer):
    """Word, position and segment embeddings of width E, normalised and projected to width H.

    Lan et al. 2019, section 3.1; google-research/albert `modeling.embedding_postprocessor` and
    the projection `embedding_hidden_mapping_in`.

    Args:
        vocabulary_size: V.
        embedding_dim: E.
        hidden_dim: H.
        max_sequence_length: how many positions are learned.
        num_segments: how many segment types.
        projection: whether there is a Dense layer from E to H. None: only where E and H differ,
            as Google's code does; transformers always has it.
        dropout: share dropped after the normalisation in training.
        layer_norm_epsilon: of the normalisation.
        initializer_range: standard deviation of the truncated normal initialiser.

    Raises:
        InputError: E and H differ and there is no projection.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_dim: int,
        hidden_dim: int,
        max_sequence_length: int = 512,
        num_segments: int = 2,
        projection: bool | None = None,
        dropout: float = 0.0,
        layer_norm_epsilon: float = 1e-12,
        initializer_range: float = 0.02,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if projection is False and embedding_dim != hidden_dim:
            raise InputError(
                f"embedding_dim={embedding_dim} and hidden_dim={hidden_dim} differ, so a "
                "projection is needed. Leave embedding_projection out or make them equal."
            )
        self.vocabulary_size = vocabulary_size
        self.embedding_dim = embedding_dim
        self.hidden_dim = hidden_dim
        self.max_sequence_length = max_sequence_length
        self.num_segments = num_segments
        self.projection = projection
        self.dropout = dropout
        self.layer_norm_epsilon = layer_norm_epsilon
        self.initializer_range = initializer_range

        self.token_embedding = keras.layers.ReversibleEmbedding(
            vocabulary_size,
            embedding_dim,
            embeddings_initializer=self._initializer(),
            dtype=self.dtype_policy,
            name="token_embedding",
        )
        self.segment_embedding = keras.layers.Embedding(
            num_segments,
            embedding_dim,
            embeddings_initializer=self._initializer(),
            dtype=self.dtype_policy,
            name="segment_embedding",
        )
        self.normalization = keras.layers.LayerNormalization(
            epsilon=layer_norm_epsilon, dtype=self.dtype_policy, name="normalization"
        )
        self.seed_generator = keras.random.SeedGenerator() if dropout else None
        self.embedding_projection = None
        if projection or (projection is None and embedding_dim != hidden_dim):
            self.embedding_projection = keras.layers.Dense(
                hidden_dim,
                kernel_initializer=self._initializer(),
                dtype=self.dtype_policy,
                name="embedding_projection",
            )

    def _initializer(self) -> keras.initializers.Initializer:
        return RandomWeights(stddev=self.initializer_range)

    def build(
        self,
        token_ids_shape: tuple[int | None, ...] | None = None,
        segment_ids_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Makes the weights."""
        self.token_embedding.build()
        self.segment_embedding.build()
        self.position_embeddings = self.add_weight(
            shape=(self.max_sequence_length, self.embedding_dim),
            initializer=self._initializer(),
            name="position_embeddings",
        )
        self.normalization.build((None, None, self.embedding_dim))
        if self.embedding_projection is not None:
            self.embedding_projection.build((None, None, self.embedding_dim))
        self.built = True

    def position_rows(self, length: Any) -> Any:
        """The embeddings of the first `length` positions, (length, E)."""
        positions = ops.convert_to_tensor(self.position_embeddings, dtype=self.compute_dtype)
        return positions[:length]

    def call(self, token_ids: Any, segment_ids: Any, training: bool | None = None) -> Any:
        """Embeds.

        Args:
            token_ids: (B, S), integers below V.
            segment_ids: (B, S), integers below `num_segments`.
            training: whether dropout applies.

        Returns:
            (B, S, H).

        Raises:
            InputError: S is known and above `max_sequence_length`.
        """
        length = token_ids.shape[1]
        if length is not None and length > self.max_sequence_length:
            raise InputError(
                f"The input has {length} positions and the model learned "
                f"{self.max_sequence_length}. Shorten the input or build the model with a larger "
                "max_sequence_length."
            )
        if length is None:
            length = ops.shape(token_ids)[1]
        x = self.token_embedding(token_ids) + self.segment_embedding(segment_ids)
        x = x + ops.expand_dims(self.position_rows(length), axis=0)
        x = self.normalization(x)
        if training and self.seed_generator is not None:
            x = apply_dropout(x, self.dropout, self.seed_generator.next())
        if self.embedding_projection is not None:
            x = self.embedding_projection(x)
        return x

    def compute_output_shape(
        self,
        token_ids_shape: tuple[int | None, ...],
        segment_ids_shape: tuple[int | None, ...],
    ) -> tuple[int | None, ...]:
        """(B, S, H)."""
        return (*token_ids_shape, self.hidden_dim)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding_dim": self.embedding_dim,
            "hidden_dim": self.hidden_dim,
            "max_sequence_length": self.max_sequence_length,
            "num_segments": self.num_segments,
            "projection": self.projection,
            "dropout": self.dropout,
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "initializer_range": self.initializer_range,
        }
