"""MergeChoices against NumPy's reshape."""

import keras
import numpy as np

from keras_albert.layers import MergeChoices


def test_choices_become_rows_in_order():
    x = np.arange(24, dtype="int32").reshape(2, 3, 4)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(MergeChoices()(x)), x.reshape(6, 4))


def test_shapes_that_are_not_known_yet():
    assert MergeChoices()(keras.Input((None, None), dtype="int32")).shape == (None, None)
