"""Wilson's interval against scipy."""

import pytest
import scipy.stats

from keras_albert.training.evaluation.intervals import wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials"), [(0, 5), (5, 5), (1, 2), (15, 148), (600, 1000), (1, 10**6)]
)
def test_equals_scipy(successes, trials):
    theirs = scipy.stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-7)


def test_no_trials_say_nothing():
    assert wilson_interval(0, 0) == (0.0, 1.0)
