"""SplitChoices undoes MergeChoices."""

import keras
import numpy as np

from keras_albert.layers import MergeChoices, SplitChoices


def test_each_choice_gets_the_score_of_its_row():
    choices = np.arange(24, dtype="int32").reshape(2, 3, 4)
    rows = keras.ops.convert_to_numpy(MergeChoices()(choices))
    scores = rows.sum(axis=1, keepdims=True).astype("float32")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(SplitChoices()(scores, choices)), choices.sum(axis=2)
    )


def test_shapes_that_are_not_known_yet():
    split = SplitChoices()(keras.Input((1,)), keras.Input((None, None), dtype="int32"))
    assert split.shape == (None, None)
