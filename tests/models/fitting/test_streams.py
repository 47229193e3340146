"""Batches from datasets, generators and lists of batches."""

import keras
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models.fitting.streams import is_stream, preprocessed


def double(batch):
    """A stand-in for a preprocessor."""
    x, *labels = batch
    return ([text * 2 for text in x], *labels)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return ["ab"[index]], index


def test_what_is_a_stream():
    import tensorflow as tf

    for stream in (iter([]), (x for x in ()), Batches(), tf.data.Dataset.range(2), {1, 2}):
        assert is_stream(stream)
    for value in ([], (), {}, "a", np.zeros(2), tf.zeros(2), keras.ops.zeros(2)):
        assert not is_stream(value)


def test_a_generator():
    data, steps = preprocessed(((["a"], 0) for _ in range(2)), double)
    assert list(data) == [(["aa"], 0)] * 2 and steps is None


def test_what_has_a_length_goes_on_for_the_next_epoch():
    class Loader:
        def __len__(self):
            return 2

        def __iter__(self):
            return iter([(["a"],), (["b"],)])

    data, steps = preprocessed(Loader(), double)
    assert steps == 2
    assert [next(data)[0] for _ in range(5)] == [["aa"], ["bb"], ["aa"], ["bb"], ["aa"]]


def test_a_py_dataset():
    data, steps = preprocessed(Batches(), double)
    assert isinstance(data, keras.utils.PyDataset) and steps is None
    assert data.num_batches == 2 and data[1] == (["bb"], 1)


def test_a_dataset_of_single_examples_is_put_in_batches():
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((["a", "b", "c"], [0, 1, 2]))
    batches, steps = preprocessed(data, lambda batch: batch, batch_size=2)
    assert [y.numpy().tolist() for _, y in batches] == [[0, 1], [2]] and steps is None
    batches, _ = preprocessed(data.batch(3), lambda batch: batch)
    assert [x.shape for x, _ in batches] == [(3,)]


def test_no_batches():
    with pytest.raises(InputError, match="no batches"):
        preprocessed(iter([]), double)
