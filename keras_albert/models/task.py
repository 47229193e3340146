"""What every ALBERT task has: heads on a backbone, a depth at call time."""

from typing import Any

import keras

from keras_albert.models.from_preset import PresetNames


class AlbertTask(PresetNames):
    """Mixed into a KerasHub task: builds the functional model and takes a depth at call time.

    A subclass sets its layers, then calls `super().__init__` through `_functional_arguments`, and
    says in `_connect` how the heads stand on the backbone.
    """

    extra_inputs: tuple[str, ...] = ()

    def _functional_arguments(self, backbone: Any) -> dict[str, Any]:
        """`inputs` and `outputs` for the functional constructor."""
        inputs = dict(backbone.input)
        for name in self.extra_inputs:
            inputs[name] = keras.Input(shape=(None,), dtype="int32", name=name)
        return {"inputs": inputs, "outputs": self._connect(inputs, backbone)}

    def _connect(self, inputs: dict[str, Any], backbone: Any, **options: Any) -> Any:
        """Runs the backbone with `options` and the heads on its outputs."""
        raise TypeError(f"{type(self).__name__} does not define _connect.")

    @staticmethod
    def _backbone_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
        return {name: inputs[name] for name in ("token_ids", "segment_ids", "padding_mask")}

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any = None, depth: Any = None
    ) -> Any:
        """Runs the model.

        Args:
            inputs: the dict the preprocessor makes.
            training: whether dropout applies.
            mask: unused; part of Keras's signature.
            depth: how many layers to run, an int or a scalar tensor; all by default.
        """
        if depth is None:
            return super().call(inputs, training=training, mask=mask)  # type: ignore[misc]
        return self._connect(inputs, self.backbone, training=training, depth=depth)  # type: ignore[attr-defined]
