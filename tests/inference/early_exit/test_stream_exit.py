"""Which of the two ways a network gets, and that what was compiled is used again."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertTextClassifier
from keras_albert.inference.early_exit.early_exit import EarlyExit
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.stream_exit import StreamExit, exit_runner
from tests.inference.early_exit.test_early_exit import LAYERS, alone, backbone, middling, rows


@pytest.mark.once
def test_networks_of_one_set_of_weights_get_the_stream():
    rule = ExitRule()
    assert isinstance(exit_runner(AlbertTextClassifier(backbone(), 3), rule), StreamExit)
    for options in ({"num_groups": 2}, {"sharing": "none"}):
        task = AlbertTextClassifier(backbone(**options), 3)
        assert isinstance(exit_runner(task, rule), EarlyExit)


def _rows_of_static_shapes(depths, batch_size):
    """What batches compute whose sizes are powers of two: rows that left are filled up for."""
    computed = 0
    for start in range(0, len(depths), batch_size):
        batch = depths[start : start + batch_size]
        for layer in range(batch.max()):
            computed += 1 << (int((batch > layer).sum()) - 1).bit_length()
    return computed


@pytest.mark.once
def test_it_computes_less_than_batches_of_static_shapes_do():
    task, x = AlbertTextClassifier(backbone(), 3), rows(64, 12)
    # One length, so that rows come in the order they have.
    x["padding_mask"][:] = 1
    rule = middling(task, x)
    depths = EarlyExit(task, rule, 64).predict(x).depths
    # Batches of five that stay and three that leave by layer 2: eight rows to the end, or 40
    # products each, where the rows take 31 at most.
    deep, early = np.flatnonzero(depths == LAYERS)[:20], np.flatnonzero(depths <= 2)[:12]
    order = np.concatenate([deep.reshape(4, 5), early.reshape(4, 3)], axis=1).ravel()
    x = {name: value[order] for name, value in x.items()}
    streamed, batched = (made(task, rule, 8).predict(x) for made in (StreamExit, EarlyExit))
    np.testing.assert_array_equal(streamed.depths, depths[order])
    np.testing.assert_array_equal(batched.depths, depths[order])
    np.testing.assert_allclose(streamed.scores, batched.scores, atol=2e-5)
    used, static = depths[order].sum(), _rows_of_static_shapes(depths[order], 8)
    # PyTorch's batches have any size, and so nothing to fill up.
    assert batched.rows_computed == (used if keras.config.backend() == "torch" else static)
    # Slots stand empty behind the last rows only, at most seven as long as one of them runs.
    assert used <= streamed.rows_computed <= used + 7 * LAYERS
    assert streamed.rows_computed < static == 4 * 8 * LAYERS


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
