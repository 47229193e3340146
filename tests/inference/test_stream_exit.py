"""Which of the two ways a network gets, and that what was compiled is used again."""

import numpy as np
import pytest

from keras_albert import AlbertTextClassifier
from keras_albert.inference.early_exit import EarlyExit
from keras_albert.inference.exit_rule import ExitRule
from keras_albert.inference.stream_exit import StreamExit, exit_runner
from tests.inference.test_early_exit import LAYERS, alone, backbone, middling, rows


@pytest.mark.once
def test_networks_of_one_set_of_weights_get_the_stream():
    rule = ExitRule()
    assert isinstance(exit_runner(AlbertTextClassifier(backbone(), 3), rule), StreamExit)
    for options in ({"num_groups": 2}, {"sharing": "none"}):
        task = AlbertTextClassifier(backbone(**options), 3)
        assert isinstance(exit_runner(task, rule), EarlyExit)


@pytest.mark.once
def test_it_computes_less_than_batches_do():
    task, x = AlbertTextClassifier(backbone(), 3), rows(16, 12)
    rule = middling(task, x)
    streamed, batched = (made(task, rule, 4).predict(x) for made in (StreamExit, EarlyExit))
    np.testing.assert_array_equal(streamed.depths, batched.depths)
    np.testing.assert_allclose(streamed.scores, batched.scores, atol=2e-5)
    assert streamed.rows_computed <= batched.rows_computed + 3 * LAYERS


def test_a_second_call_has_the_first_ones_streams():
    task, x = AlbertTextClassifier(backbone(), 3), rows(5, 12)
    runner = StreamExit(task, middling(task, x), 4)
    first = runner.predict(x)
    kept = dict(runner._streams)
    second = runner.predict(x)
    assert runner._streams == kept
    assert second.rows_computed == first.rows_computed
    for place, depth in enumerate(second.depths):
        expected = alone(task, x, place, depth)
        np.testing.assert_allclose(second.scores[place], expected, atol=2e-5)


@pytest.mark.once
def test_the_names_are_found_where_they_are_looked_for():
    from keras_albert import inference

    assert inference.EarlyExit is EarlyExit and inference.StreamExit is StreamExit
    assert inference.ExitRule is ExitRule and callable(inference.tune_exit)
    assert inference.DepthStream.__name__ == "DepthStream"
    with pytest.raises(AttributeError, match="Early"):
        _ = inference.Early
