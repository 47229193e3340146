"""Files that the safetensors package wrote, whole and damaged."""

import json
import random

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from keras_albert.convert.safetensors_file import read_safetensors
from keras_albert.errors import InputError


@pytest.fixture
def file(tmp_path):
    torch.manual_seed(0)
    tensors = {
        "full": torch.randn(3, 4),
        "half": torch.randn(5).half(),
        "brain": torch.randn(2, 2, 2).bfloat16(),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
        "ids": torch.arange(4),
    }
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    return tmp_path / "model.safetensors", tensors


def test_tensors_are_those_written(file):
    path, tensors = file
    found = read_safetensors(path)
    assert set(found) == set(tensors)
    for name in ("full", "half", "brain", "empty", "scalar"):
        assert found[name].shape == tuple(tensors[name].shape)
        values = found[name].read()
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, tensors[name].float().numpy())


def test_integers_are_no_weights(file):
    with pytest.raises(InputError, match="ids is int64"):
        read_safetensors(file[0])["ids"].read()


def test_a_cut_file_is_named_wherever_it_is_cut(file):
    path, _ = file
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="damaged"):
            read_safetensors(path)


def test_flipped_bytes_give_an_error_or_other_values(file):
    """Never a crash, and never a read outside the file."""
    path, _ = file
    whole = path.read_bytes()
    draw = random.Random(0)
    for _ in range(300):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole) // 2)] = draw.randrange(256)
        path.write_bytes(changed)
        try:
            for tensor in read_safetensors(path).values():
                tensor.load()
        except InputError:
            pass


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [1 << 60], "data_offsets": [0, 1 << 62]},
        {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
        {"dtype": "F77", "shape": [2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2]},
        {"dtype": "F32", "shape": [True, 2], "data_offsets": [0, 8]},
        [],
    ],
)
def test_headers_that_lie(tmp_path, entry):
    header = json.dumps({"x": entry}).encode()
    path = tmp_path / "x.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(InputError, match="damaged"):
        read_safetensors(path)
