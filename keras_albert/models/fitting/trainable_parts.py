"""Which parts of its backbone a task trains: those it reads."""

from typing import Any


class ReadParts:
    """Mixed into a task: a pooler that the task does not read is no weight to train.

    It would have no gradient, of which Keras warns at every `fit`. The backbone itself stays as it
    is, so that another task on it can train its pooler.

    Attributes:
        reads_pooler: whether the task's outputs depend on the pooled vector.
    """

    reads_pooler: bool = True
    backbone: Any

    @property
    def trainable_variables(self) -> list[Any]:
        """`keras.Model.trainable_variables` without what is not read."""
        return self._split(super().trainable_variables)[0]  # type: ignore[misc]

    @property
    def non_trainable_variables(self) -> list[Any]:
        """`keras.Model.non_trainable_variables` with what is not read."""
        left = self._split(super().trainable_variables)[1]  # type: ignore[misc]
        return [*super().non_trainable_variables, *left]  # type: ignore[misc]

    @property
    def trainable_weights(self) -> list[Any]:
        """`keras.Model.trainable_weights` without what is not read."""
        return self._split(super().trainable_weights)[0]  # type: ignore[misc]

    @property
    def non_trainable_weights(self) -> list[Any]:
        """`keras.Model.non_trainable_weights` with what is not read."""
        left = self._split(super().trainable_weights)[1]  # type: ignore[misc]
        return [*super().non_trainable_weights, *left]  # type: ignore[misc]

    def _split(self, variables: list[Any]) -> tuple[list[Any], list[Any]]:
        """Those that are read, and those that are not."""
        pooler = None if self.reads_pooler else getattr(self, "backbone", None)
        pooler = getattr(pooler, "pooler", None)
        if pooler is None:
            return variables, []
        unread = {id(variable) for variable in pooler.variables}
        return (
            [variable for variable in variables if id(variable) not in unread],
            [variable for variable in variables if id(variable) in unread],
        )
