"""The additive attention mask, made once for all layers."""

from typing import Any

from keras import ops

# Google's constant (`modeling.create_attention_mask_from_input_mask`). It is finite, so that a row
# of padding alone gives a uniform distribution and no NaN, and it fits into float16.
MASKED_SCORE = -10000.0


def attention_bias(
    padding_mask: Any, dtype: str = "float32", masked_score: float = MASKED_SCORE
) -> Any:
    """What is added to attention scores so that padding is not attended to.

    Args:
        padding_mask: (B, S), 1 for a token and 0 for padding; or (B, S, S), 1 where the query
            (second axis) may attend to the key (third axis).
        dtype: of the result.
        masked_score: what a masked position gets; integer quantisation of activations wants a
            small one, such as -40.

    Returns:
        (B, 1, 1, S) or (B, 1, S, S): 0 where attention is allowed, `masked_score` elsewhere.

    >>> attention_bias([[1, 1, 0]])
    [[[[0, 0, -10000]]]]
    """
    allowed = ops.cast(padding_mask, dtype)
    # Two expand_dims, not indexing with None: the latter becomes a FlexStridedSlice in TFLite.
    allowed = ops.expand_dims(allowed, axis=1)
    if len(allowed.shape) == 3:
        allowed = ops.expand_dims(allowed, axis=1)
    return (1.0 - allowed) * masked_score
