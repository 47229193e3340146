"""Intervals for shares that were counted."""


def wilson_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a share.

    Unlike the textbook p +- z sqrt(p (1 - p) / n) it stays within [0, 1] and holds its level for
    few trials and for shares near 0 and 1 (Wilson 1927, JASA 22:209-212). It takes the trials as
    independent: where they come in clusters, such as tokens of one document, it is too narrow.

    Args:
        successes: how many of the trials succeeded.
        trials: n; 0 gives (0, 1), which says nothing.
        level: how often such intervals are to hold the true share.

    Returns:
        The lower and upper bound.

    >>> [round(bound, 4) for bound in wilson_interval(15, 148)]
    [0.0624, 0.1605]
    """
    if trials == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest  # half a second, which a command that fails need not wait

    found = binomtest(successes, trials).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)
