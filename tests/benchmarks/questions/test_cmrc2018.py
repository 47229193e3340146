"""Cmrc2018: its metrics and its longer answers."""

import pytest

from keras_albert.benchmarks import task_named

pytestmark = pytest.mark.once


def test_the_average_is_of_exact_match_and_f1():
    task = task_named("cmrc2018")
    predictions = [
        {"exact": task.exact(p, g), "f1": task.f1(p, g)}
        for p, g in (("三国演义", ["《三国演义》"]), ("三国演义", ["三国"]))
    ]
    metrics = task.metrics(None, predictions)
    assert metrics["exact"] == 0.5
    assert metrics["f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert metrics["average"] == pytest.approx((metrics["exact"] + metrics["f1"]) / 2)
    assert task.max_answer_tokens == 100
