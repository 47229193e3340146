"""An example without an answer is one of a test set."""

import dataclasses

import pytest

from keras_albert.benchmarks.choices.choice_example import ChoiceExample

pytestmark = pytest.mark.once


def test_it_is_a_value() -> None:
    example = ChoiceExample("c", "q", ["a", "b"], None, "f:1", "1")
    assert example == ChoiceExample("c", "q", ["a", "b"], None, "f:1", "1")
    assert example.group is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        example.answer = 1  # type: ignore[misc]
