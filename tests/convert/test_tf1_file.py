"""Checkpoints of TensorFlow's v1 saver."""

import numpy as np
import pytest

from keras_albert.convert.tf1_file import read_tf1
from keras_albert.errors import InputError
from tests.foreign import google_variables, hf_model, save_tf1


@pytest.mark.parametrize("prefix", ["", "module/"])
def test_weights_without_what_training_left(tmp_path, prefix):
    variables = google_variables(hf_model())
    save_tf1(variables, {}, tmp_path, prefix=prefix)
    found = read_tf1(tmp_path / "model.ckpt-best")
    assert set(found) == set(variables)
    for name, values in variables.items():
        assert found[name].shape == values.shape
        np.testing.assert_array_equal(found[name].read(), values)


def test_short_floats(tmp_path):
    import ml_dtypes

    values = np.array([1.5, -2.0, 3.25], "float32")
    variables = {"a": values.astype(ml_dtypes.bfloat16), "b": values.astype("float16")}
    save_tf1(variables, {}, tmp_path)
    for tensor in read_tf1(tmp_path / "model.ckpt-best").values():
        np.testing.assert_array_equal(tensor.read(), values)


def read_all(prefix):
    for tensor in read_tf1(prefix).values():
        tensor.read()


@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001"])
def test_cut_files(tf1_folder, suffix):
    file = tf1_folder / f"model.ckpt-best{suffix}"
    whole = file.read_bytes()
    # Not the last bytes: those are of an optimizer's slot, which nobody reads.
    for length in (0, 10, len(whole) // 2):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError, match="cannot be read"):
            read_all(tf1_folder / "model.ckpt-best")
    file.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        read_all(tf1_folder / "model.ckpt-best")


def test_flipped_bytes_are_found_by_checksum(tf1_folder):
    file = tf1_folder / "model.ckpt-best.data-00000-of-00001"
    data = bytearray(file.read_bytes())
    data[::101] = bytes(len(data[::101]))
    file.write_bytes(data)
    with pytest.raises(InputError):
        read_all(tf1_folder / "model.ckpt-best")
