"""Which parts a variable holds that are variables of their own in Google's code."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FusedParts:
    """How the parts of a variable lie in it: reshaped to `shape`, they follow along `axis`.

    What looks at a variable as a whole (LAMB's trust ratio, clipping by the norm of each variable)
    finds this as the attribute `fused_parts` of a Keras variable and takes the parts one by one.

    Attributes:
        names: of the parts, in their order.
        shape: the variable's shape with an axis for the parts.
        axis: which one; its size is the number of parts.

    >>> FusedParts(("query", "key", "value"), (128, 2, 3, 64), 2).names[1]
    'key'
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    axis: int


def mark_query_key_value(variable: Any, num_heads: int) -> None:
    """Says of a variable (..., 3H) that its last axis is laid out (heads, query key value, D).

    Args:
        variable: a Keras variable: kernel, bias, or the second matrix of LoRA.
        num_heads: N.
    """
    leading, width = tuple(variable.shape[:-1]), variable.shape[-1]
    variable.fused_parts = FusedParts(
        ("query", "key", "value"),
        (*leading, num_heads, 3, width // (3 * num_heads)),
        len(leading) + 1,
    )
