"""What `fit`, `predict` and the preprocessors accept as texts."""

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models.texts import read_texts


class Column:
    """A stand-in for a data frame's column."""

    def tolist(self):
        return ["a", "b"]


@pytest.mark.parametrize(
    "x",
    [
        ["a", "b"],
        [b"a", b"b"],
        np.array(["a", "b"]),
        np.array([b"a", b"b"]),
        np.array(["a", "b"], dtype=object),
        Column(),
        (["a", "b"],),
    ],
    ids=["list", "bytes", "array", "array of bytes", "array of objects", "column", "tuple of one"],
)
def test_forms_of_one_list(x):
    assert read_texts(x) == ((["a", "b"],), True)


def test_pairs_and_single_texts():
    assert read_texts((["a"], np.array(["b"]))) == ((["a"], ["b"]), True)
    assert read_texts("a") == ((["a"],), False)
    assert read_texts(("a", b"b")) == ((["a"], ["b"]), False)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([], "no texts"),
        ([("a", "b")], "tuple of two lists"),
        ((["a"], ["b"], ["c"]), "3 parts"),
        ((["a"], ["b", "c"]), "1 first texts and 2 second"),
        ((["a"], "b"), "single text and the other a list"),
        (["a", None], "Text 1 is NoneType"),
        ([b"\xff"], "not UTF-8"),
        (np.array([["a", "b"]]), "shape"),
        (3, "got int"),
    ],
)
def test_what_is_not_texts(x, message):
    with pytest.raises(InputError, match=message):
        read_texts(x)
