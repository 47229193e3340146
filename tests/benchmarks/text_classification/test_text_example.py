"""TextExample: what a line without more holds."""

import pytest

from keras_albert.benchmarks.text_classification.text_example import TextExample

pytestmark = pytest.mark.once


def test_what_a_file_does_not_say_is_none():
    example = TextExample("a", None, "x", "f:1")
    assert (example.id, example.group) == (None, None)
