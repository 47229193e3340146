"""Stands where a backbone does, and gives what it gives at several depths after one pass."""

from collections.abc import Sequence
from typing import Any

from keras import ops


class StatesByDepth:
    """A backbone run once to the deepest of some depths.

    A task's `_connect` calls it as it calls a backbone, and gets the outputs at the deepest one;
    then `at` stands for the same backbone with fewer layers. The pooler is that of all depths.

    Args:
        backbone: an `AlbertBackbone`.
        depths: the shallowest first and the deepest, an int, last; those between may be scalar
            integer tensors.
    """

    def __init__(self, backbone: Any, depths: Sequence[Any]) -> None:
        self._backbone = backbone
        self._depths = depths
        self._hidden: list[Any] = []
        self._stacked: Any = None

    def __call__(self, inputs: Any, depth: Any = None, **options: Any) -> dict[str, Any]:
        """The backbone's outputs at the deepest depth; `depth` is not read."""
        outputs = dict(
            self._backbone(inputs, depth=self._depths[-1], return_hidden_states=True, **options)
        )
        self._hidden = outputs.pop("hidden_states")
        if not all(isinstance(known, int) for known in self._depths):
            # A depth that is a tensor is looked up in one array.
            self._stacked = ops.stack(self._hidden[self._depths[0] :])
        return outputs

    # What a task calls where it asks a backbone for a depth.
    _connect = __call__

    def at(self, depth: Any) -> "_OfStates":
        """What stands for the backbone with `depth` layers."""
        if isinstance(depth, int):
            states = self._hidden[depth]
        else:
            states = ops.take(self._stacked, depth - self._depths[0], axis=0)
        return outputs_of(self._backbone, states)


def outputs_of(backbone: Any, states: Any) -> "_OfStates":
    """What stands for a backbone whose last layer gave these states, (B, S, H)."""
    outputs = {"sequence_output": states}
    if backbone.pooler is not None:
        outputs["pooled_output"] = backbone.pooler(states[:, 0, :])
    return _OfStates(outputs)


class _OfStates:
    """Gives outputs that are there already."""

    def __init__(self, outputs: dict[str, Any]) -> None:
        self._outputs = outputs

    def __call__(self, inputs: Any, **options: Any) -> dict[str, Any]:
        return self._outputs

    _connect = __call__
