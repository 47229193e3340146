"""A passage that is longer than a row, in overlapping windows."""

import numpy as np


def window_ranges(tokens: int, size: int, stride: int) -> np.ndarray:
    """The windows of a passage (google-research/albert `squad_utils`, `doc_spans`).

    Args:
        tokens: of the passage, 1 or more.
        size: the most a window holds.
        stride: from the beginning of one window to that of the next; at most `size` counts, so
            that no token is left out.

    Returns:
        (W, 2), half-open ranges of tokens. The last window ends where the passage ends.

    >>> window_ranges(10, 6, 3).tolist()
    [[0, 6], [3, 9], [6, 10]]
    """
    stride = min(stride, size)
    number = 1 + max(0, -(-(tokens - size) // stride))
    starts = np.arange(number) * stride
    return np.stack([starts, np.minimum(starts + size, tokens)], axis=1)


def best_windows(ranges: np.ndarray) -> np.ndarray:
    """For each token, the window that shows most of what is around it.

    A window's score is the smaller of the tokens to the left and to the right, and a hundredth of
    the window's length (google-research/albert `squad_utils._check_is_max_context`); of equal
    scores, the first window's counts. The cost is that of the windows' tokens together.

    Args:
        ranges: (W, 2), see `window_ranges`.

    Returns:
        (tokens,), the number of a window.

    >>> best_windows(np.array([[0, 6], [3, 9]])).tolist()
    [0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    tokens = int(ranges[-1, 1])
    best = np.full(tokens, -1.0)
    window = np.zeros(tokens, np.int64)
    for number, (start, end) in enumerate(ranges.tolist()):
        left = np.arange(end - start)
        score = np.minimum(left, left[::-1]) + 0.01 * (end - start)
        better = score > best[start:end]
        best[start:end][better] = score[better]
        window[start:end][better] = number
    return window
