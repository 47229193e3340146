"""LAMB as google-research/albert writes it."""

from typing import Any

import keras
from keras import ops

from keras_albert.optimizers.adamw import AdamW
from keras_albert.optimizers.part_norms import part_norms, spread


@keras.saving.register_keras_serializable("keras_albert")
class Lamb(AdamW):
    """AdamW with a trust ratio for each variable: the optimizer ALBERT was pretrained with.

    A variable that holds several of Google's (queries, keys and values in one kernel) says so by
    its attribute `fused_parts`, and each part has a ratio of its own.

    With u the update of `AdamW`, weight decay included:

        w <- w - learning_rate (|w| / |u|) u

    where the ratio is 1 when either L2 norm is 0, and for variables that match `excluded_names`
    (LayerNorm and biases). It differs from `keras.optimizers.Lamb`, which corrects the bias of the
    moments and applies the decay apart from the update, outside the ratio.

    Source: You et al. 2019 (arXiv 1904.00962), algorithm 2, in the form of `LAMBOptimizer` in
    google-research/albert, `lamb_optimizer.py`. ALBERT (arXiv 1909.11942, section 4.1): learning
    rate 0.00176 at batch 4096.

    Args: as `AdamW`.
    """

    def trust_ratio(self, variable: Any, update: Any, parts: Any = None) -> Any:
        """|variable| / |update|, 1 where one of the two is 0: a scalar, or one for each part."""
        weight_norm, update_norm = part_norms(variable, parts), part_norms(update, parts)
        defined = ops.logical_and(weight_norm > 0, update_norm > 0)
        # The inner `where` keeps the division away from 0 / 0, which would trip a NaN check.
        ratio = weight_norm / ops.where(defined, update_norm, ops.ones_like(update_norm))
        ratio = ops.where(defined, ratio, ops.ones_like(ratio))
        return spread(ratio, parts)
