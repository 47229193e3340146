"""The masked-token loss, averaged over masked tokens."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_albert")
class MaskedTokenLoss(keras.losses.Loss):
    """sum(weight * nll) / (sum(weight) + 1e-5), over the whole batch.

    google-research/albert `run_pretraining.get_masked_lm_output`. Keras's own reductions divide
    by the number of positions, used or not.
    """

    # Google's denominator, which keeps a batch without masked tokens at zero.
    EPSILON = 1e-5

    def __init__(self, name: str = "masked_token_loss", **kwargs: Any) -> None:
        super().__init__(name=name, **{**kwargs, "reduction": None})

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss.

        Args:
            y_true: (B, P), token ids.
            y_pred: (B, P, V), logits; computed in float32.
            sample_weight: (B, P), 1 for a masked token and 0 for an unused place; all 1 where
                it is None.

        Returns:
            A scalar, in nats a masked token.
        """
        nll = self.call(ops.convert_to_tensor(y_true), ops.cast(y_pred, self.dtype))
        weight = ops.ones_like(nll) if sample_weight is None else ops.cast(sample_weight, nll.dtype)
        return ops.sum(weight * nll) / (ops.sum(weight) + self.EPSILON)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(B, P), the negative log-likelihood of each position, in nats."""
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}


def one_of_several(from_logits: bool = True) -> dict[str, Any]:
    """What `AlbertTask.compile_defaults` gives where one class of several is right.

    Args:
        from_logits: whether scores are logits, rather than probabilities.

    Returns:
        "loss" (cross-entropy, in nats) and "metrics" (accuracy).
    """
    return {
        "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits),
        "metrics": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    }
