"""Learning rates by group of weights and by layer: which variable is in which."""

from collections.abc import Mapping
from typing import Any

from keras_albert.errors import InputError

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


def rate_factors(
    model: Any, factors: Mapping[str, float], layer_decay: float | None = None
) -> dict[str, float]:
    """A factor for each of a model's variables that has one other than 1.

    The decay is ELECTRA's (google-research/electra, `model/optimization.py`): a variable at depth d
    of n layers has layer_decay ** (n + 2 - d), with the embeddings and their projection at 0, the
    layers at 1 to n, and the head at n + 2. The pooler, which ELECTRA does not have, is between.

    Args:
        model: an `AlbertTask`.
        factors: by group, and by layer as "layer_0" to "layer_{n-1}", which multiplies the
            encoder's.
        layer_decay: above 0 and at most 1; None for none.

    Returns:
        Variable path -> factor, for `AdamW` and `Lamb`.

    Raises:
        InputError: rates by layer are asked for, and layers share weights or there is no such one.
    """
    backbone = model.backbone
    members = {id(variable) for variable in backbone.variables}
    layers = backbone.num_layers
    by_layer = {name: factor for name, factor in factors.items() if name.startswith("layer_")}
    if backbone.sharing != "none" and (by_layer or layer_decay not in (None, 1)):
        asked = ", ".join(by_layer) or f"layer_decay={layer_decay}"
        raise InputError(
            f"{asked}: the layers of this model share weights (sharing={backbone.sharing!r}), so "
            "that they have one rate. Use rate_factors for embeddings, encoder, pooler and head."
        )
    for name in by_layer:
        if int(name.removeprefix("layer_")) >= layers:
            raise InputError(
                f"rate_factors: the model has no {name}; its layers are layer_0 to "
                f"layer_{layers - 1}."
            )
    layer_of = {
        id(variable): layer
        for layer in range(layers if backbone.sharing == "none" else 0)
        for block in backbone.encoder.blocks_of_layer(layer)
        for variable in block.variables
    }
    found = {}
    for variable in model.trainable_variables:
        group = group_of(variable.path, id(variable) in members)
        layer = layer_of.get(id(variable))
        factor = factors.get(group, 1.0)
        if layer is not None:
            factor *= by_layer.get(f"layer_{layer}", 1.0)
        if layer_decay is not None:
            depth = {"pooler": layers + 1, "head": layers + 2}.get(group, 0)
            factor *= layer_decay ** (layers + 2 - (depth if layer is None else layer + 1))
        if factor != 1.0:
            found[variable.path] = factor
    return found
