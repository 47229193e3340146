"""A task run to a fixed depth."""

from typing import Any

import keras


class AtDepth(keras.Model):
    """A task run to a fixed depth, for `predict`.

    Args:
        task: an `AlbertTask`.
        depth: how many layers to run.
    """

    def __init__(self, task: Any, depth: int) -> None:
        super().__init__(name=f"{task.name}_at_depth_{depth}")
        self.task = task
        self.depth = depth

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return self.task(inputs, training=training, depth=self.depth)
