"""A network with fewer layers than it was pretrained with, on the same weights."""

from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.models import AlbertBackbone


def fewer_layers(model: str | Path, depth: int) -> dict[str, Any]:
    """What `AlbertBackbone.from_preset` is given to build the network with fewer layers.

    Args:
        model: what it is built from.
        depth: how many layers.

    Raises:
        InputError: the network has not as many, or its layers have different weights.
    """
    backbone = AlbertBackbone.from_preset(str(model), load_weights=False)
    if backbone.sharing != "all" or backbone.num_groups != 1:
        raise InputError(
            f"depth={depth}: the layers of {model} have different weights, so fewer of them are "
            "another network. Leave depth out."
        )
    if depth > backbone.num_layers:
        raise InputError(f"depth={depth} is more than the {backbone.num_layers} layers of {model}.")
    return {"num_layers": depth}
