"""What a checkpoint says of itself."""

from pathlib import Path

import numpy as np
import pytest

from keras_albert.convert.checkpoint import Checkpoint, Weight
from keras_albert.errors import InputError


@pytest.fixture
def checkpoint():
    weights = {
        "pooler/kernel": Weight((3, 3), lambda: np.ones((3, 3), "float32")),
        "classifier/kernel": Weight((3, 2), lambda: np.zeros((3, 2), "float32")),
        "classifier/bias": Weight((2,), lambda: np.zeros(2, "float32")),
    }
    heads = {"classifier": {"num_classes": 2}}
    return Checkpoint("tf1", Path("there"), {"hidden_dim": 3}, heads, weights, warnings=["careful"])


def test_parts_are_counted(checkpoint):
    assert checkpoint.parameters() == 9
    assert checkpoint.parameters("classifier") == 8
    assert checkpoint.names()[0] == "pooler/kernel"
    assert checkpoint.shape("classifier/bias") == (2,)
    assert checkpoint.read("pooler/kernel").sum() == 9


def test_a_head_can_be_left_out(checkpoint):
    rest = checkpoint.without_head("classifier")
    assert (rest.heads, rest.names(), rest.warnings) == ({}, ["pooler/kernel"], ["careful"])
    with pytest.raises(InputError, match="it has none"):
        rest.without_head("classifier")
    with pytest.raises(InputError, match="no weight 'classifier/bias'"):
        rest.read("classifier/bias")


def test_closing_happens_once_also_through_a_part(checkpoint):
    closed = []
    checkpoint.on_close(lambda: closed.append(1))
    with checkpoint.without_head("classifier") as rest:
        assert rest.parameters() == 9
    checkpoint.close()
    assert closed == [1]
