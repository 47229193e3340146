"""Scores of rows of their own as scores of several choices."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_albert")
class SplitChoices(keras.layers.Layer):
    """(B * C, 1) -> (B, C): undoes `MergeChoices` on one score a row."""

    def call(self, scores: Any, choices: Any) -> Any:
        """Reshapes.

        Args:
            scores: (B * C, 1).
            choices: what was merged, (B, C, S), for its second axis.
        """
        return ops.reshape(scores, (-1, ops.shape(choices)[1]))

    def compute_output_shape(
        self, scores_shape: tuple[int | None, ...], choices_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """(B, C)."""
        return choices_shape[:2]
