"""DepthModels: the models that run a task to some depth, or read it at several."""

from typing import Any

import keras
from keras import ops

from keras_albert.errors import InputError
from keras_albert.models.depth.at_depth import AtDepth
from keras_albert.models.depth.at_depths import AtDepths
from keras_albert.models.depth.states_by_depth import outputs_of


class DepthModels:
    """Mixed into a task: makes the models that run it to some depth, each once."""

    backbone: Any
    _connect: Any
    _prepared: Any
    _depths: "_Kept"

    def at_depth(self, depth: Any) -> keras.Model:
        """A model that runs this one to a depth, kept so that it compiles once.

        Args:
            depth: a number of layers; or several, as a tuple, see `at_depths`.
        """
        return self.at_depths(depth) if isinstance(depth, tuple) else self._kept(depth)

    def at_depths(self, depths: tuple[int, ...]) -> keras.Model:
        """A model that runs this one once and gives its outputs at several depths.

        Args:
            depths: ascending.

        Returns:
            A model whose output is a list, one a depth.

        Raises:
            InputError: a depth is out of range, or they are not ascending.
        """
        layers = self.backbone.num_layers
        if not depths or list(depths) != sorted(set(depths)):
            raise InputError(f"depths={depths!r} are not ascending numbers of layers.")
        if not 1 <= depths[0] <= depths[-1] <= layers:
            raise InputError(
                f"depths={depths!r} are not between 1 and the model's {layers} layers."
            )
        return self._kept(depths)

    def embed(self, inputs: dict[str, Any]) -> Any:
        """What the first layer reads, without dropout.

        Args:
            inputs: the model's, with "token_ids" (B, ..., S).

        Returns:
            (B, ..., S, H).
        """
        shape = ops.shape(inputs["token_ids"])
        rows = {name: ops.reshape(inputs[name], (-1, shape[-1])) for name in self.backbone.input}
        states = self.backbone.embedding(rows["token_ids"], rows["segment_ids"], training=False)
        return ops.reshape(states, (*shape, self.backbone.hidden_dim))

    def run_layer(self, layer: int, states: Any, inputs: dict[str, Any]) -> Any:
        """One layer of the encoder by itself, without dropout.

        Args:
            layer: its number, from 0.
            states: (B, ..., S, H), what `embed` or the layer before it gave.
            inputs: the model's.

        Returns:
            (B, ..., S, H).
        """
        shape = ops.shape(states)
        mask = ops.reshape(inputs["padding_mask"], (-1, shape[-2]))
        rows = ops.reshape(states, (-1, shape[-2], self.backbone.hidden_dim))
        return ops.reshape(self.backbone.encoder.run_layer(layer, rows, mask), shape)

    def read_states(self, states: Any, inputs: dict[str, Any]) -> Any:
        """The outputs where the encoder ends with these states: what `depth` gives, in parts.

        Args:
            states: (B, ..., S, H), a layer's.
            inputs: the model's.
        """
        shape = ops.shape(states)
        rows = ops.reshape(states, (-1, shape[-2], self.backbone.hidden_dim))
        return self._connect(inputs, outputs_of(self.backbone, rows), training=False)

    def model_inputs(self, x: Any) -> dict[str, Any]:
        """What `predict` makes of raw texts: the model's dict of arrays; these pass unchanged.

        Raises:
            InputError: they are no texts, or beyond the model's vocabulary or positions.
        """
        inputs: dict[str, Any] = self._prepared(x)[0]
        return inputs

    def _kept(self, depth: int | tuple[int, ...]) -> keras.Model:
        if not hasattr(self, "_depths"):
            # Past Keras's tracking, which would find the task inside a part of itself.
            object.__setattr__(self, "_depths", _Kept())
        models = self._depths.models
        if depth not in models:
            models[depth] = (
                AtDepth(self, depth) if isinstance(depth, int) else AtDepths(self, depth)
            )
        return models[depth]


class _Kept:
    """Holds models by depth where Keras, which walks attributes to save them, sees none."""

    def __init__(self) -> None:
        self.models: dict[int | tuple[int, ...], keras.Model] = {}
