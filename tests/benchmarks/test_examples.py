"""Examples: as many as there are items."""

from pathlib import Path

import pytest

from keras_albert.benchmarks.examples import Examples

pytestmark = pytest.mark.once


def test_what_was_left_out_does_not_count():
    examples = Examples(["a", "b"], Path("file"), ["file:3: no label"])
    assert len(examples) == 2
    assert Examples([], Path("file")).skipped == []
