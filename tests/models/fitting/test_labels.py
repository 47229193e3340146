"""Labels in every container people have them in, against NumPy and plain lists."""

import keras
import numpy as np
import pandas as pd
import pyarrow
import pytest

from keras_albert.errors import InputError
from keras_albert.models.fitting.labels import (
    LabelForm,
    by_place,
    canonical_labels,
    class_weights_of,
    reads_one_hot,
    row_weights,
    rows_by_place,
)

pytestmark = pytest.mark.once

NUMBERS = [2, 0, 1, 1]
# An index that is not the place: what a shuffled or split frame has.
INDEX = [3, 0, 7, 1]


def _datasets_column(values):
    import datasets

    return datasets.Dataset.from_dict({"label": values})["label"]


def _torch(values):
    import torch

    return torch.tensor(values, dtype=torch.bfloat16, requires_grad=True)


def _tensorflow(values):
    import tensorflow as tf

    return tf.constant(values)


def _jax(values):
    import jax.numpy as jnp

    return jnp.asarray(values)


CONTAINERS = {
    "list": list,
    "tuple": tuple,
    "int64": np.array,
    "float": lambda v: np.array(v, float),
    "object": lambda v: np.array(v, object),
    "series": lambda v: pd.Series(v, index=INDEX),
    "series of a split frame": lambda v: pd.DataFrame({"y": [*v, 9]}).iloc[:4]["y"],
    "Int64": lambda v: pd.Series(v, index=INDEX, dtype="Int64"),
    "categorical": lambda v: pd.Series(pd.Categorical(v), index=INDEX),
    "index": pd.Index,
    "frame of one column": lambda v: pd.DataFrame({"y": v}, index=INDEX),
    "arrow": pyarrow.array,
    "datasets column": _datasets_column,
    "torch": _torch,
    "tensorflow": _tensorflow,
    "jax": _jax,
    "list of tensors": lambda v: [_torch(one) for one in v],
    "map": lambda v: map(int, v),
    "generator": lambda v: (one for one in v),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_values_are_read_by_place(name):
    found = by_place(CONTAINERS[name](NUMBERS))
    assert isinstance(found, np.ndarray) and found.tolist() == NUMBERS
    form = LabelForm("classes", 3)
    np.testing.assert_array_equal(canonical_labels(found, form), NUMBERS)


def test_a_frame_of_several_columns_and_a_dict():
    frame = pd.DataFrame({"a": [0, 1], "b": [1, 0]}, index=[5, 2])
    assert by_place(frame).tolist() == [[0, 1], [1, 0]]
    both = by_place({"start": pd.Series([1, 2], index=[1, 0]), "end": [3, 4]})
    assert {name: part.tolist() for name, part in both.items()} == {"start": [1, 2], "end": [3, 4]}
    assert by_place(None) is None


@pytest.mark.parametrize(
    "values",
    [
        [0, None, 1],
        [0.0, float("nan"), 1.0],
        np.array([0, None, 1], object),
        np.array([0.0, np.nan, 1.0]),
        pd.Series([0, None, 1], dtype="Int64"),
        pd.Series([0.0, None, 1.0], index=[2, 1, 0]),
        pd.Series(pd.Categorical([0, None, 1])),
        [0, pd.NA, 1],
        pyarrow.array([0, None, 1]),
    ],
    ids=str,
)
def test_a_missing_value_is_named_by_its_row(values):
    with pytest.raises(InputError, match="row 1 are missing") as caught:
        by_place(values)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [("abc", "expected one a row"), (3, "expected one a row"), ([[0], [0, 1]], "in row 1")],
)
def test_what_are_no_labels(values, message):
    with pytest.raises(InputError, match=message):
        by_place(values)


ONE_HOT = np.eye(3)[NUMBERS]


@pytest.mark.parametrize(
    "y",
    [np.array(NUMBERS), np.array(NUMBERS)[:, None], ONE_HOT, ONE_HOT.astype(int), ONE_HOT > 0],
    ids=["(N,)", "(N, 1)", "one-hot", "one-hot ints", "one-hot bools"],
)
@pytest.mark.parametrize("one_hot", [False, True])
def test_classes_of_every_shape(y, one_hot):
    found = canonical_labels(y, LabelForm("classes", 3, one_hot))
    np.testing.assert_array_equal(found, ONE_HOT if one_hot else NUMBERS)
    assert found.dtype == ("float32" if one_hot else "int32")


@pytest.mark.parametrize(
    ("y", "form", "message"),
    [
        (np.array(["a"]), LabelForm("classes", 2), "are strings"),
        (np.array([0, 3]), LabelForm("classes", 3), "A label is 3.*0 to 2"),
        (np.array([-1]), LabelForm("classes", 3), "A label is -1"),
        (np.array([0.5]), LabelForm("classes", 3), "0.5, not the number of a class"),
        (np.array([[0.4, 0.6]]), LabelForm("classes", 2), "CategoricalCrossentropy"),
        (np.zeros((2, 4)), LabelForm("classes", 3), r"shape \(2, 4\); expected one of 3"),
        (np.array([[0, 2]]), LabelForm("binary", 2), "A label is 2"),
        (np.zeros(2), LabelForm("binary", 2), r"expected \(rows, 2\)"),
        (np.zeros((2, 3)), LabelForm("values", 1), r"expected \(rows, 1\)"),
        (np.array(["2020-01-01"], "datetime64[D]"), LabelForm("values", 1), "type datetime64"),
    ],
)
def test_labels_that_do_not_fit(y, form, message):
    with pytest.raises(InputError, match=message) as caught:
        canonical_labels(y, form)
    assert "\n" not in str(caught.value)


def test_shares_of_classes_go_with_the_loss_that_reads_them():
    shares = np.array([[0.25, 0.75]])
    np.testing.assert_array_equal(canonical_labels(shares, LabelForm("classes", 2, True)), shares)


def test_values_get_their_second_axis():
    assert canonical_labels(np.array([1, 2]), LabelForm("values", 1)).shape == (2, 1)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (keras.losses.CategoricalCrossentropy(label_smoothing=0.1), True),
        ("categorical_crossentropy", True),
        (keras.losses.categorical_crossentropy, True),
        (keras.losses.SparseCategoricalCrossentropy(), False),
        ("sparse_categorical_crossentropy", False),
        (None, False),
    ],
)
def test_which_losses_read_rows_of_classes(loss, expected):
    assert reads_one_hot(loss) is expected


def test_weights():
    assert row_weights(pd.Series([1.0, 2.0], index=[1, 0])).tolist() == [1.0, 2.0]
    assert row_weights(np.ones((2, 1))).shape == (2,)
    for bad in (["a"], [float("inf")]):
        with pytest.raises(InputError, match="finite"):
            row_weights(bad)
    y = np.array([0, 2, 1])
    np.testing.assert_array_equal(
        class_weights_of(y, {2: 5.0}, LabelForm("classes", 3)), [1.0, 5.0, 1.0]
    )
    with pytest.raises(InputError, match="class from 0 to 2"):
        class_weights_of(y, {3: 1.0}, LabelForm("classes", 3))


def test_rows_that_are_lists_are_kept():
    rows = [[1, 2], [3]]
    for values in (rows, tuple(rows), pd.Series(rows, index=[1, 0]), _datasets_column(rows)):
        assert rows_by_place(values) == rows
    with pytest.raises(InputError, match="expected one a row"):
        rows_by_place("ab")
