"""The swap."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.data.sentence_order import swap_segments


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_unswapping_gives_the_text_back(size_a, size_b, seed):
    text = np.arange(size_a + size_b)
    first, second, label = swap_segments(text[:size_a], text[size_a:], np.random.default_rng(seed))
    if label:
        first, second = second, first
    np.testing.assert_array_equal(np.concatenate([first, second]), text)
    assert len(first) == size_a


def test_half_are_swapped():
    generator = np.random.default_rng(0)
    a, b = np.arange(2), np.arange(3)
    labels = [swap_segments(a, b, generator)[2] for _ in range(4000)]
    # 2000 expected; six standard deviations.
    assert abs(sum(labels) - 2000) < 6 * np.sqrt(1000)
