import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.text.tokenizers.encoded_text import bad_text, checked_ids


def test_the_first_text_that_is_none_is_named() -> None:
    assert str(bad_text(["fine", 5, None])) == "Text 1 is int, not a string."
    assert "U+DC80) at character 1" in str(bad_text(["a\udc80"]))
    assert "cannot be encoded" in str(bad_text(["fine"]))


def test_ids_become_integers() -> None:
    assert checked_ids(np.array([0, 4], np.int32), 5) == [0, 4]
    with pytest.raises(InputError, match="Id 5 is outside the vocabulary of 5 pieces .0 to 4."):
        checked_ids([5], 5)
