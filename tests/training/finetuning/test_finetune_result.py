"""What seeds came to: which is the best, means, and JSON without NaN."""

import math

import pytest

from keras_albert.benchmarks import task_named
from keras_albert.training.finetuning.finetune_result import is_better, result_of, without_nan

pytestmark = pytest.mark.once


def run(seed, accuracy, collapsed=None):
    epoch = {"epoch": 1, "accuracy": accuracy}
    return {"seed": seed, "accuracy": accuracy, "collapsed": collapsed, "best_epoch": 1} | {
        "epochs": [epoch]
    }


@pytest.mark.parametrize(
    ("now", "earlier", "better"),
    [
        (run(1, 0.5), None, True),
        (run(1, None), None, False),
        (run(1, 0.6), run(0, 0.5), True),
        (run(1, 0.5), run(0, 0.5), False),
        (run(1, 0.9, "same"), run(0, 0.5), False),
        (run(1, 0.4), run(0, 0.9, "same"), True),
    ],
)
def test_a_seed_that_did_not_collapse_goes_before_one_that_did(now, earlier, better):
    assert is_better(now, earlier, "accuracy") is better


def test_means_are_over_the_seeds_that_have_a_figure():
    runs = [run(1, 0.5), run(2, 0.7), run(3, None, "the loss is nan")]
    found = result_of(task_named("text-classification"), runs, runs[1])
    assert found["last_epoch"]["mean"] == pytest.approx(0.6)
    assert found["last_epoch"]["standard_deviation"] == pytest.approx(math.sqrt(0.02))
    assert found["collapsed"] == ["Seed 3 collapsed: the loss is nan."]
    assert (found["best_seed"], found["accuracy"]) == (2, 0.7)


def test_no_nan_in_json():
    assert without_nan({"a": [1.0, math.nan, {"b": -math.inf}], "c": "nan"}) == {
        "a": [1.0, None, {"b": None}],
        "c": "nan",
    }
