"""Rows at different depths in one product: each answer is the row's own, none is waited for."""

import numpy as np
import pytest

from keras_albert import AlbertTextClassifier
from keras_albert.errors import InputError
from keras_albert.inference.early_exit.depth_stream import DepthStream
from keras_albert.inference.early_exit.exit_rule import ExitRule
from tests.inference.early_exit.test_early_exit import LAYERS, alone, backbone, middling, rows


def _row(x, place):
    return {name: value[place : place + 1] for name, value in x.items()}


def test_rows_join_while_others_are_deep():
    task, x = AlbertTextClassifier(backbone(), 3), rows(5)
    stream = DepthStream(task, ExitRule(min_depth=LAYERS), slots=2, length=24)
    stream.put("a", _row(x, 0))
    left, when = {}, {}
    for step in range(3 * LAYERS):
        if step == 2:
            for name in "bc":
                stream.put(name, _row(x, "abc".index(name)))
        for name, scores, depth in stream.step():
            left[name], when[name] = scores, step
            assert depth == LAYERS
    # b began at step 2 while a was at depth 2; c had a's slot as soon as it was free.
    assert when == {"a": LAYERS - 1, "b": LAYERS + 1, "c": 2 * LAYERS - 1}
    for place, name in enumerate("abc"):
        np.testing.assert_allclose(left[name], alone(task, x, place, LAYERS), atol=2e-5)
    assert stream.waiting == 0 and stream.step() == []


@pytest.mark.once
def test_products_are_saved():
    task, x = AlbertTextClassifier(backbone(), 3), rows(16)
    stream = DepthStream(task, middling(task, x), slots=4, length=20)
    found = {n: (s, d) for n, s, d in stream.answers((i, _row(x, i)) for i in range(16))}
    assert sorted(found) == list(range(16))
    for place, (scores, depth) in found.items():
        np.testing.assert_allclose(scores, alone(task, x, place, depth), atol=2e-5)
    used = sum(depth for _, depth in found.values())
    # Slots stand empty only behind the last rows: at most 3 of them, for as many steps as one runs.
    assert used <= stream.rows_computed <= used + 3 * LAYERS
    assert stream.rows_computed < 16 * LAYERS


@pytest.mark.once
def test_a_row_is_answered_while_no_other_comes():
    task, x = AlbertTextClassifier(backbone(), 3), rows(2)
    stream = DepthStream(task, ExitRule(min_depth=LAYERS), slots=4, length=24)
    asked = []

    def requests():
        asked.append("a")
        yield "a", _row(x, 0)
        while asked[-1] != "answered":
            yield None  # a queue that is empty
        yield "b", _row(x, 1)

    names = []
    for name, _, depth in stream.answers(requests()):
        asked.append("answered")
        names.append(name)
        assert depth == LAYERS
    assert names == ["a", "b"]


@pytest.mark.once
def test_what_cannot_be_served_is_named():
    task, x = AlbertTextClassifier(backbone(), 3), rows(2)
    with pytest.raises(InputError, match="beyond the stream's 8 positions"):
        DepthStream(task, ExitRule(), length=8).put(0, _row(x, 0))
    with pytest.raises(InputError, match="one row; got 2"):
        DepthStream(task, ExitRule()).put(0, x)
    with pytest.raises(InputError, match="slots=0"):
        DepthStream(task, ExitRule(), slots=0)
    for options in ({"num_groups": 2}, {"sharing": "attention"}):
        with pytest.raises(InputError, match="Use EarlyExit"):
            DepthStream(AlbertTextClassifier(backbone(**options), 3), ExitRule())
