"""The label of a pair: sentence order (ALBERT) or next sentence (BERT)."""

import numpy as np

# What the second loss asks. `sentence_order`: are the two segments swapped (paper section 3.1)?
# `next_sentence`: does B come from elsewhere (BERT section 3.1)? `none`: nothing (paper table 5).
SENTENCE_TASKS = ("sentence_order", "next_sentence", "none")


def swap_segments(
    a: np.ndarray, b: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Swaps two consecutive segments half the time.

    Args:
        a: token ids of the first segment `[Ta]`.
        b: token ids of the one that follows it `[Tb]`.
        generator: the source of chance.

    Returns:
        The two in their new order, and the label: 0 in order, 1 swapped (as Google and
        `transformers`).
    """
    if generator.random() < 0.5:
        return b, a, 1
    return a, b, 0
