"""Widening, and values that are no weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from keras_albert.convert.stored_tensor import StoredTensor, to_float32
from keras_albert.errors import InputError


def stored(values, dtype=None):
    return StoredTensor("x", values.shape, dtype or values.dtype.name, Path("file"), lambda: values)


def test_bfloat16_widens_as_torch_widens_it():
    every = torch.arange(-(2**15), 2**15).to(torch.int16)
    expected = every.view(torch.bfloat16).float().numpy()
    found = to_float32(every.numpy().view(np.uint16), "bfloat16")
    np.testing.assert_array_equal(found, expected)


def test_float16_widens_exactly():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    np.testing.assert_array_equal(to_float32(every, "float16"), every.astype(np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_values_that_are_no_numbers_are_named(value, dtype):
    values = np.ones((3, 4), dtype)
    values[1, 2] = value
    with pytest.raises(InputError, match="file: x holds NaN or infinite"):
        stored(values).read()


@pytest.mark.parametrize("dtype", ["int64", "float64", "uint8", "bool"])
def test_other_types_are_refused(dtype):
    with pytest.raises(InputError, match=f"x is {dtype}"):
        stored(np.zeros(2, dtype)).read()


def test_an_empty_tensor():
    assert stored(np.zeros((0, 2), np.float32)).read().shape == (0, 2)
