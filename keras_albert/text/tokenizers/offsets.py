"""Where in the original text each piece comes from."""

from collections.abc import Sequence

import numpy as np

from keras_albert.text.pieces import WORD_MARK


def piece_offsets(
    text: str, normalized: str, origins: Sequence[int], surfaces: Sequence[str]
) -> np.ndarray:
    """Character ranges of the original text, one for each piece.

    A piece's range starts at the first character it comes from and ends before the first that the
    next piece comes from, so it takes in the marks that normalisation dropped behind its letters.
    White space at either end is left out; a piece that is only a word mark has an empty range,
    where the next piece starts.

    Args:
        text: the original text.
        normalized: what it became, of N characters, spaces written as word marks.
        origins: N + 1 places in `text`, never decreasing: where each character of `normalized`
            comes from, and where the last one ends.
        surfaces: the n pieces; joined, they are `normalized`.

    Returns:
        int64 [n, 2], half-open ranges.

    >>> word = "cafe\u0301!"                      # an accent of its own, which is dropped
    >>> piece_offsets(word, "cafe!", [0, 1, 2, 3, 5, 6], ["ca", "fe", "!"]).tolist()
    [[0, 2], [2, 5], [5, 6]]
    """
    # following[k]: the first original place past the character that position k comes from. It is
    # not origins[k + 1], because one character (a ligature) may become several.
    following = [len(text)] * len(origins)
    for k in range(len(origins) - 2, -1, -1):
        following[k] = origins[k + 1] if origins[k + 1] > origins[k] else following[k + 1]
    offsets = np.zeros((len(surfaces), 2), dtype=np.int64)
    position = 0
    for index, surface in enumerate(surfaces):
        first, position = position, position + len(surface)
        last = position - 1
        while first < last and normalized[first] == WORD_MARK:
            first += 1
        if normalized[first] == WORD_MARK:
            offsets[index] = origins[position]
            continue
        start, end = origins[first], following[last]
        while end > start and text[end - 1].isspace():
            end -= 1
        offsets[index] = start, end
    return offsets
