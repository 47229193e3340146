"""Rows of several choices as rows of their own."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_albert")
class MergeChoices(keras.layers.Layer):
    """(B, C, S) -> (B * C, S): each of C choices becomes a row that a backbone reads."""

    def call(self, x: Any) -> Any:
        """Reshapes; the order of rows is b * C + c."""
        return ops.reshape(x, (-1, ops.shape(x)[-1]))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(None, S)."""
        return (None, input_shape[-1])
