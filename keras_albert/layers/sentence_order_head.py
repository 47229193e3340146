"""Two logits: are the two segments in order or swapped?"""

from typing import Any

import keras

from keras_albert.layers.initialization import RandomWeights


@keras.saving.register_keras_serializable("keras_albert")
class SentenceOrderHead(keras.layers.Layer):
    """Dense(H -> 2) on the pooled vector, without dropout (Lan et al. 2019, section 3.1).

    Class 0 is "in order", class 1 "swapped". The same head serves BERT's next-sentence
    prediction, where class 1 is "random next".

    Args:
        initializer_range: standard deviation of the truncated normal initialiser.
    """

    def __init__(self, initializer_range: float = 0.02, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer_range = initializer_range
        self.dense = keras.layers.Dense(
            2,
            kernel_initializer=RandomWeights(stddev=initializer_range),
            dtype=self.dtype_policy,
            name="dense",
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs of shape (B, H)."""
        self.dense.build(input_shape)
        self.built = True

    def call(self, pooled_output: Any) -> Any:
        """(B, H) -> (B, 2), logits."""
        return self.dense(pooled_output)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """(B, 2)."""
        return (*input_shape[:-1], 2)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "initializer_range": self.initializer_range}
