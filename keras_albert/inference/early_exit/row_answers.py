"""What kind of answer a row of a task gets, for deciding when the row may leave."""

from dataclasses import dataclass
from typing import Any

import keras

from keras_albert.errors import InputError
from keras_albert.inference.results import Problem
from keras_albert.runtime.task_kinds import kind_of_class


@dataclass(frozen=True)
class RowAnswers:
    """The answers of a task with one answer a row.

    Attributes:
        problem: what its scores are.
        are_probabilities: whether they are probabilities rather than logits.
    """

    problem: Problem
    are_probabilities: bool

    @classmethod
    def of(cls, task: Any) -> "RowAnswers":
        """Those of a task.

        Raises:
            InputError: its rows have an answer a token, or none.
        """
        kind = kind_of_class(type(task), parents=True)
        if kind is not None and kind.has_problem:
            activations = (keras.activations.softmax, keras.activations.sigmoid)
            return cls(task.problem, task.activation in activations)
        if kind is not None and kind.one_answer_a_row:
            return cls("single_label", False)
        raise InputError(
            f"Rows leave early by the one answer a row gets, and {type(task).__name__} gives one a "
            "token or none. Early exit is for text classifiers, sentence order and multiple "
            "choice; other models run to a depth: predict(..., depth=4)."
        )
