"""Learning rates by group of weights: which variable is in which."""

from collections.abc import Mapping
from typing import Any

GROUPS = ("embeddings", "encoder", "pooler", "head")


def group_of(variable_path: str, in_backbone: bool) -> str:
    """The group a variable is in.

    >>> group_of("token_embedding/embeddings", True)
    'embeddings'
    >>> group_of("scores/kernel", False)
    'head'
    """
    if not in_backbone:
        return "head"
    first = variable_path.lower()
    if "pooler" in first or "pooled" in first:
        return "pooler"
    return "embeddings" if "embedding" in first and "project" not in first else "encoder"


def rate_factors(model: Any, factors: Mapping[Any, float]) -> dict[str, float]:
    """A factor for each of a model's variables that has one other than 1.

    Args:
        model: an `AlbertTask`.
        factors: by group.

    Returns:
        Variable path -> factor, for `AdamW` and `Lamb`.
    """
    backbone = {id(variable) for variable in model.backbone.variables}
    found = {}
    for variable in model.trainable_variables:
        group = group_of(variable.path, id(variable) in backbone)
        if factors.get(group, 1.0) != 1.0:
            found[variable.path] = factors[group]
    return found
