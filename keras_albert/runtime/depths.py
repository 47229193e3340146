"""The depth an artifact is asked for.

This file needs nothing of keras_albert: it also serves where that is not installed.
"""

from typing import Any


def checked_depth(depth: Any, description: dict[str, Any]) -> int | None:
    """What to give an artifact as its depth.

    Args:
        depth: how many layers to run; None: as the artifact is set.
        description: its model.json.

    Returns:
        A depth, or None where the artifact has no such input.

    Raises:
        ValueError: the depth is no number, out of range, or fixed to another.

    >>> checked_depth(None, {"depth": 12, "depth_is_input": True, "num_layers": 12})
    12
    """
    own, layers = (
        int(description["depth"]),
        int(description.get("num_layers", description["depth"])),
    )
    is_input = bool(description.get("depth_is_input"))
    if depth is None:
        return own if is_input else None
    if isinstance(depth, bool) or not isinstance(depth, int):
        raise ValueError(f"depth={depth!r} is not a number of layers; expected an int")
    if not is_input:
        if depth == own:
            return None
        raise ValueError(
            f"depth={depth} was asked for, and this artifact runs {own} layers always; export it "
            "without a fixed depth, from a model whose layers share their weights"
        )
    if not 1 <= depth <= layers:
        raise ValueError(f"depth={depth} is not between 1 and the model's {layers} layers")
    return depth
