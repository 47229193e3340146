"""Seeds and labels of the preprocessors that mask."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertMaskedLMPreprocessor, AlbertPretrainerPreprocessor
from keras_albert.errors import InputError

CLASSES = [AlbertMaskedLMPreprocessor, AlbertPretrainerPreprocessor]


@pytest.mark.parametrize("make", CLASSES)
def test_masks_follow_from_seed_and_call(make, tokenizer, paragraphs):
    texts = (paragraphs[:20], paragraphs[20:40])
    one, two = make(tokenizer, 32), make(tokenizer, 32)
    first, second = one(x=texts), one(x=texts)
    for expected in (first, second):
        for a, b in zip(
            keras.tree.flatten(expected), keras.tree.flatten(two(x=texts)), strict=True
        ):
            np.testing.assert_array_equal(a, b)
    assert (first[0]["token_ids"] != second[0]["token_ids"]).any()
    other = make(tokenizer, 32, seed=1)(x=texts)
    assert (first[0]["token_ids"] != other[0]["token_ids"]).any()


@pytest.mark.parametrize("make", CLASSES)
def test_labels_are_not_taken(make, tokenizer):
    with pytest.raises(InputError, match="makes the labels"):
        make(tokenizer, 16)(["a"], [1])


@pytest.mark.parametrize("make", CLASSES)
def test_bad_settings(make, tokenizer):
    with pytest.raises(InputError, match="seed"):
        make(tokenizer, seed=-1)
    with pytest.raises(InputError, match="probability"):
        make(tokenizer, mask_selection_rate=1.5)
