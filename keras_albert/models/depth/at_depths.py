"""A task read at several depths in one pass."""

from typing import Any

import keras

from keras_albert.models.depth.states_by_depth import StatesByDepth


class AtDepths(keras.Model):
    """A task's outputs at several depths: the encoder runs once, the heads once a depth.

    Args:
        task: an `AlbertTask`.
        depths: ascending.
    """

    def __init__(self, task: Any, depths: tuple[int, ...]) -> None:
        super().__init__(name=f"{task.name}_at_{len(depths)}_depths")
        self.task = task
        self.depths = depths

    def call(self, inputs: Any, training: bool | None = None) -> list[Any]:
        """The outputs, one a depth."""
        states = StatesByDepth(self.task.backbone, self.depths)
        full = self.task._connect(inputs, states, training=training, depth=self.depths[-1])
        others = [
            self.task._connect(inputs, states.at(depth), training=training, depth=depth)
            for depth in self.depths[:-1]
        ]
        return [*others, full]
