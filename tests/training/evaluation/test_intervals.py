"""Wilson's interval against his formula."""

import math
import statistics

import pytest

from keras_albert.training.evaluation.intervals import wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 5), (5, 5), (1, 2), (15, 148), (600, 1000), (1, 10**6)]
)
def test_equals_the_formula(successes, trials):
    """Wilson 1927, equation 6: the roots of (p - share)^2 = z^2 p (1 - p) / n."""
    z, share = statistics.NormalDist().inv_cdf(0.975), successes / trials
    a, b, c = 1 + z * z / trials, -(2 * share + z * z / trials), share * share
    spread = math.sqrt(max(0.0, b * b - 4 * a * c))
    roots = ((-b - spread) / (2 * a), (-b + spread) / (2 * a))
    assert wilson_interval(successes, trials) == pytest.approx(roots, abs=1e-9)


def test_no_trials_say_nothing():
    assert wilson_interval(0, 0) == (0.0, 1.0)
