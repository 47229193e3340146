"""Heads that several tasks have, made from a backbone's settings."""

from typing import Any

import keras

from keras_albert.layers.initialization import RandomWeights
from keras_albert.layers.masked_token_head import MaskedTokenHead


def score_head(backbone: Any, units: int, name: str = "scores", activation: Any = None) -> Any:
    """A Dense layer of `units` scores. Scores and their loss stay in float32 in mixed precision.

    Args:
        backbone: whose `initializer_range` holds.
        units: how many scores.
        name: of the layer; weights are saved under it.
        activation: a Keras activation or None.
    """
    return keras.layers.Dense(
        units,
        activation=activation,
        kernel_initializer=RandomWeights(stddev=backbone.initializer_range),
        dtype="float32",
        name=name,
    )


def output_dropout(backbone: Any, rate: float) -> Any:
    """Dropout in front of a score head.

    Args:
        backbone: in whose precision it runs.
        rate: the share dropped in training.
    """
    return keras.layers.Dropout(rate, dtype=backbone.dtype_policy, name="output_dropout")


def masked_token_head(backbone: Any) -> MaskedTokenHead:
    """The head that predicts masked tokens, tied to the backbone's word embeddings."""
    return MaskedTokenHead(
        backbone.token_embedding,
        activation=backbone.activation,
        layer_norm_epsilon=backbone.layer_norm_epsilon,
        initializer_range=backbone.initializer_range,
        dtype=backbone.dtype_policy,
        name="masked_tokens",
    )
