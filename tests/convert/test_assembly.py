"""Every tensor accounted for."""

from pathlib import Path

import numpy as np
import pytest

from keras_albert.convert.assembly import (
    assemble,
    disassemble,
    listed,
    rows_of,
)
from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.networks import has_projection
from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.errors import InputError
from tests.convert.test_name_tables import BACKBONE as SIZES
from tests.foreign import google_variables, hf_model

BACKBONE = {**SIZES, "num_layers": 4, "pooler": True}
HEADS = {"masked_tokens": {}, "sentence_order": {}}


def stored(arrays):
    return {
        name: StoredTensor(name, a.shape, a.dtype.name, Path("file"), lambda a=a: a)
        for name, a in arrays.items()
    }


@pytest.fixture(scope="module")
def arrays():
    return google_variables(hf_model(num_hidden_groups=2, inner_group_num=2))


def test_a_whole_file_and_back(arrays):
    weights = assemble("tf1", "file", stored(arrays), BACKBONE, HEADS)
    for weight in weights.values():
        assert weight.read().shape == weight.shape
    checkpoint = Checkpoint("tf1", Path("file"), BACKBONE, HEADS, weights)
    again = {name: read() for name, read in disassemble(checkpoint, "tf1")}
    assert set(again) == set(arrays)
    for name, values in arrays.items():
        np.testing.assert_array_equal(again[name], values)


def test_reading_is_lazy(arrays):
    def fail():
        raise AssertionError("read too early")

    tensors = {
        name: StoredTensor(name, a.shape, "float32", Path("file"), fail)
        for name, a in arrays.items()
    }
    assemble("tf1", "file", tensors, BACKBONE, HEADS)


def test_missing_and_left_over_are_listed_together(arrays):
    tensors = stored(arrays)
    tensors["bert/pooler/other"] = tensors.pop("bert/pooler/dense/bias")
    with pytest.raises(InputError, match=r"lacks 1.*pooler/dense/bias.*Left over: .*pooler/other"):
        assemble("tf1", "file", tensors, BACKBONE, HEADS)


def test_what_is_left_over_is_an_error(arrays):
    tensors = stored({**arrays, "bert/extra/kernel": np.zeros(3, "float32")})
    with pytest.raises(InputError, match="no part of the model.*bert/extra/kernel"):
        assemble("tf1", "file", tensors, BACKBONE, HEADS)


def test_shapes_are_compared_before_anything_is_read(arrays):
    name = "bert/encoder/transformer/group_1/inner_group_0/ffn_1/intermediate/dense/kernel"
    tensors = stored({**arrays, name: np.ascontiguousarray(arrays[name].T)})
    with pytest.raises(InputError, match=r"is \(96, 48\), expected \(48, 96\)"):
        assemble("tf1", "file", tensors, BACKBONE, HEADS)


def test_types_are_compared_too(arrays):
    name = "bert/pooler/dense/bias"
    with pytest.raises(InputError, match="is float64"):
        tensors = stored({**arrays, name: arrays[name].astype("float64")})
        assemble("tf1", "file", tensors, BACKBONE, HEADS)


def test_a_target_without_a_place(arrays):
    weights = assemble("tf1", "file", stored(arrays), BACKBONE, HEADS)
    checkpoint = Checkpoint("tf1", Path("file"), BACKBONE, HEADS, weights)
    with pytest.raises(InputError, match="no place for sentence_order"):
        list(disassemble(checkpoint, "keras-hub"))


def test_a_projection_where_it_is_needed_or_asked_for():
    sizes = {"embedding_dim": 4, "hidden_dim": 4}
    assert not has_projection(sizes)
    assert has_projection({**sizes, "embedding_projection": True})
    assert has_projection({**sizes, "hidden_dim": 8})
    with_it = rows_of(BACKBONE, {})
    without = rows_of({**BACKBONE, "embedding_dim": 48, "embedding_projection": None}, {})
    assert len(with_it) - len(without) == 2


def test_long_lists_are_cut():
    assert listed("ab") == "a, b"
    assert listed(map(str, range(20))).endswith("7 and 12 more")
