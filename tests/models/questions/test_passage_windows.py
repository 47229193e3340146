"""Windows against a plain reading of the rule: every window scored for every token."""

import numpy as np
import pytest

from keras_albert.models.questions.passage_windows import best_windows, window_ranges

pytestmark = pytest.mark.once


def _plain_ranges(tokens, size, stride):
    ranges, start = [], 0
    while True:
        length = min(size, tokens - start)
        ranges.append([start, start + length])
        if start + length == tokens:
            return ranges
        start += min(length, stride)


@pytest.mark.parametrize("tokens", [1, 5, 6, 7, 40, 41])
@pytest.mark.parametrize(("size", "stride"), [(6, 3), (6, 1), (7, 7), (5, 9), (1, 1)])
def test_windows_begin_every_stride_until_the_end_is_in_one(tokens, size, stride):
    assert window_ranges(tokens, size, stride).tolist() == _plain_ranges(tokens, size, stride)


@pytest.mark.parametrize(("tokens", "size", "stride"), [(40, 7, 3), (100, 30, 11), (9, 20, 4)])
def test_the_best_window_shows_most_of_what_is_around(tokens, size, stride):
    ranges = window_ranges(tokens, size, stride)
    best = best_windows(ranges)
    for token in range(tokens):
        scores = [
            min(token - start, end - 1 - token) + 0.01 * (end - start)
            if start <= token < end
            else -1.0
            for start, end in ranges
        ]
        assert best[token] == int(np.argmax(scores))
