"""Encoded: as many as there are rows."""

import numpy as np
import pytest

from keras_albert.benchmarks.encoded_examples import Encoded

pytestmark = pytest.mark.once


def test_rows_are_counted_not_examples():
    rows = {"token_ids": np.zeros((3, 4), int)}
    encoded = Encoded(rows, None, None, example_of_row=np.array([0, 0, 1]))
    assert len(encoded) == 3
