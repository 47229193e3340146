"""h5 files, with links and values outside them."""

import h5py
import ml_dtypes
import numpy as np
import pytest

from keras_albert.convert.h5_file import read_h5
from keras_albert.errors import InputError


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "x.weights.h5", "w") as content:
        content["layers/dense/vars/0"] = np.arange(6, dtype="float32").reshape(2, 3)
        content["layers/dense/vars/1"] = np.ones(3, "float16")
        # As Keras writes bfloat16: raw bytes and an attribute.
        brain = np.array([1.5, -2.0], ml_dtypes.bfloat16)
        content["layers/dense/vars/2"] = brain.view("V2")
        content["layers/dense/vars/2"].attrs["dtype"] = "bfloat16"
        content.create_group("layers/empty/vars")
    return tmp_path / "x.weights.h5"


def test_datasets_by_path(file):
    found = read_h5(file)
    assert {name: tensor.dtype for name, tensor in found.items()} == {
        "layers/dense/vars/0": "float32",
        "layers/dense/vars/1": "float16",
        "layers/dense/vars/2": "bfloat16",
    }
    np.testing.assert_array_equal(found["layers/dense/vars/0"].read(), [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(found["layers/dense/vars/2"].read(), [1.5, -2.0])


def test_what_keras_2_13_wrote_has_the_same_names(file):
    names = set(read_h5(file))
    with h5py.File(file, "a") as content:
        content.move("layers", "_layer_checkpoint_dependencies")
    found = read_h5(file)
    assert set(found) == names
    np.testing.assert_array_equal(found["layers/dense/vars/0"].read(), [[0, 1, 2], [3, 4, 5]])


def test_what_lies_outside_is_not_read(tmp_path, file):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(16))
    with h5py.File(file, "a") as content:
        content["linked"] = h5py.ExternalLink("/etc/passwd", "/")
    assert "linked" not in read_h5(file)
    with h5py.File(file, "a") as content:
        content.create_dataset("outside", (4,), "float32", external=[(str(secret), 0, 16)])
    with pytest.raises(InputError, match="outside is kept in another file"):
        read_h5(file)


def test_damaged_files(file):
    whole = file.read_bytes()
    for length in (0, 4, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError):
            for tensor in read_h5(file).values():
                tensor.read()
    file.write_bytes(b"no h5 file")
    with pytest.raises(InputError, match="not an h5 file, or a damaged one"):
        read_h5(file)
    file.unlink()
    with pytest.raises(InputError, match="not complete"):
        read_h5(file)
