"""One logit a choice."""

from typing import Any

import keras
from keras import ops

from keras_albert.layers.dropout import dropout as apply_dropout
from keras_albert.layers.initialization import RandomWeights


@keras.saving.register_keras_serializable("keras_albert")
class ChoiceHead(keras.layers.Layer):
    """Dropout and Dense(H -> 1) on the pooled vector of every choice.

    google-research/albert `race_utils.create_model`.

    Args:
        dropout: share of the pooled vectors dropped in training.
        initializer_range: standard deviation of the truncated normal initialiser.
    """

    def __init__(
        self, dropout: float = 0.1, initializer_range: float = 0.02, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.dropout = dropout
        self.initializer_range = initializer_range
        self.seed_generator = keras.random.SeedGenerator() if dropout else None
        self.dense = keras.layers.Dense(
            1,
            kernel_initializer=RandomWeights(stddev=initializer_range),
            dtype=self.dtype_policy,
            name="dense",
        )

    def build(
        self,
        pooled_output_shape: tuple[int | None, ...],
        choices_shape: tuple[int | None, ...],
    ) -> None:
        """Makes the weights for pooled vectors of shape (B * C, H)."""
        self.dense.build(pooled_output_shape)
        self.built = True

    def call(self, pooled_output: Any, choices: Any, training: bool | None = None) -> Any:
        """Scores the choices.

        Args:
            pooled_output: (B * C, H).
            choices: any tensor (B, C, S), for its second axis.
            training: whether dropout applies.

        Returns:
            (B, C), logits.
        """
        if training and self.seed_generator is not None:
            pooled_output = apply_dropout(pooled_output, self.dropout, self.seed_generator.next())
        return ops.reshape(self.dense(pooled_output), (-1, ops.shape(choices)[1]))

    def compute_output_shape(
        self, pooled_output_shape: tuple[int | None, ...], choices_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """(B, C)."""
        return choices_shape[:2]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "dropout": self.dropout,
            "initializer_range": self.initializer_range,
        }
