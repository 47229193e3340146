"""Labels and weights in whatever container -> NumPy arrays, row by row in the order they stand."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import keras
import numpy as np

from keras_albert.errors import InputError

_CATEGORICAL = (
    keras.losses.CategoricalCrossentropy,
    keras.losses.CategoricalFocalCrossentropy,
    keras.losses.CategoricalHinge,
)
_CATEGORICAL_NAMES = {
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    *(loss.__name__ for loss in _CATEGORICAL),
}


def by_place(values: Any, what: str = "labels") -> Any:
    """One value a row as an array, by place and never by index, as Keras reads arrays.

    Args:
        values: a list or tuple, a NumPy array; a column, frame, index or categorical of pandas or
            another data frame; a tensor of TensorFlow, JAX or PyTorch; a column of `datasets` or
            any other sequence or iterator; a dict of these; or None.
        what: what they are, for errors.

    Returns:
        A NumPy array, a dict of such, or None. A frame of one column is (N,), of C columns (N, C).

    Raises:
        InputError: a value is missing (None, NaN, NA), or rows differ in their shape.

    >>> by_place([True, False]).tolist()
    [True, False]
    """
    if values is None:
        return None
    if isinstance(values, Mapping):
        return {name: by_place(value, f"{what} {name!r}") for name, value in values.items()}
    array = _array(values, what)
    if array.dtype == object:
        array = _unboxed(array, what)
    if array.dtype.kind == "f" and np.isnan(array).any():
        row = int(np.argwhere(np.isnan(array))[0][0])
        raise _missing(what, row, "NaN")
    return array


def _array(values: Any, what: str) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return values
    if isinstance(values, str | bytes) or np.isscalar(values):
        raise InputError(f"The {what} are {values!r}; expected one a row, such as a list.")
    if hasattr(values, "columns") and hasattr(values, "iloc"):  # a data frame
        columns = [_array(values.iloc[:, i], what) for i in range(len(values.columns))]
        return columns[0] if len(columns) == 1 else np.stack(columns, axis=-1)
    if hasattr(values, "isna"):  # a column, an index or a categorical
        missing = np.asarray(values.isna())
        if missing.any():
            raise _missing(what, int(missing.argmax()), "NA")
        return _listed(list(values), what)
    if hasattr(values, "to_pylist"):  # an Arrow array
        return _listed(values.to_pylist(), what)
    if hasattr(values, "detach"):  # a tensor of PyTorch, maybe on a device or in bfloat16
        tensor = values.detach().cpu()
        return np.asarray((tensor.float() if tensor.is_floating_point() else tensor).numpy())
    if hasattr(values, "shape") or hasattr(values, "__array__"):
        return np.asarray(values)
    if hasattr(values, "__iter__"):
        return _listed(list(values), what)
    raise InputError(f"The {what} are a {type(values).__name__}; expected one a row, as a list.")


def rows_by_place(values: Any, what: str = "labels") -> Any:
    """What stands in each row, where rows are lists or dicts: a list, by place.

    Args:
        values: as for `by_place`; or a dict of columns, which stays one; or None.
        what: what they are, for errors.
    """
    if values is None or isinstance(values, list):
        return values
    if isinstance(values, Mapping):
        return {name: rows_by_place(value, what) for name, value in values.items()}
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise InputError(f"The {what} are {values!r}; expected one a row, such as a list.")
    if hasattr(values, "to_pylist"):
        return values.to_pylist()
    if hasattr(values, "detach"):
        return _array(values, what).tolist()
    return list(values)


def _listed(values: list[Any], what: str) -> np.ndarray:
    for row, value in enumerate(values):
        if value is None or type(value).__name__ == "NAType":
            raise _missing(what, row, repr(value))
    try:
        return np.asarray([_array(v, what) if hasattr(v, "detach") else v for v in values])
    except ValueError as error:
        sizes = [np.shape(value) if hasattr(value, "__len__") else () for value in values]
        row = next(i for i, size in enumerate(sizes) if size != sizes[0])
        raise InputError(
            f"The {what} differ in their shape: {sizes[0]} in row 0 and {sizes[row]} in row {row}."
        ) from error


def _unboxed(array: np.ndarray, what: str) -> np.ndarray:
    """An array of Python objects as one of numbers or strings."""
    rows = array.tolist()
    if array.ndim == 1:
        return _listed(rows, what)
    return np.stack([_listed(list(column), what) for column in zip(*rows, strict=True)], axis=-1)


def _missing(what: str, row: int, value: str) -> InputError:
    return InputError(
        f"The {what} of row {row} are missing ({value}). Leave such rows out, texts and labels, "
        "or give them a value."
    )


@dataclass(frozen=True)
class LabelForm:
    """What one row's label is, for a task whose labels are one array.

    Attributes:
        kind: "classes", one of `size` numbers; "binary", `size` zeros and ones; "values", `size`
            numbers.
        size: C; 0 where it differs from batch to batch.
        one_hot: whether the loss reads classes as rows of C numbers that add up to 1.
        otherwise: what is said of a number that is no class, in place of the default.
    """

    kind: Literal["classes", "binary", "values"]
    size: int
    one_hot: bool = False
    otherwise: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row's label."""
        return () if self.kind == "classes" and not self.one_hot else (self.size,)

    @property
    def dtype(self) -> str:
        """Of the labels that `canonical_labels` gives."""
        return "float32" if self.shape else "int32"


def reads_one_hot(loss: Any) -> bool:
    """Whether a loss takes classes as rows of numbers that add up to 1."""
    if isinstance(loss, str):
        return loss in _CATEGORICAL_NAMES
    return isinstance(loss, _CATEGORICAL) or getattr(loss, "__name__", "") in _CATEGORICAL_NAMES


def canonical_labels(y: np.ndarray, form: LabelForm) -> np.ndarray:
    """Labels in the one form that the task's loss and metrics read on every backend.

    Args:
        y: for classes (N,), (N, 1), or (N, C) one-hot; for others (N, C), or (N,) where C is 1.
        form: what they are.

    Returns:
        int32 (N,) for classes, float32 (N, C) for others and for one-hot classes.

    Raises:
        InputError: they are text, of another shape, beyond the classes, or not what `form` says.

    >>> canonical_labels(np.array([[0, 1], [1, 0]]), LabelForm("classes", 2)).tolist()
    [1, 0]
    """
    if y.dtype.kind in "OSUT":
        raise InputError(
            "The labels are strings; the model learns numbers. Number them: "
            "names = sorted(set(labels)); y = [names.index(label) for label in labels]."
        )
    if y.dtype.kind not in "biuf":
        raise InputError(f"The labels have the type {y.dtype}; expected numbers.")
    if form.kind == "classes":
        return _classes(y, form)
    if y.ndim == 1 and form.size == 1:
        y = y[:, np.newaxis]
    if y.ndim != 2 or y.shape[1] != form.size:
        raise InputError(
            f"The labels have the shape {y.shape}; expected (rows, {form.size}): "
            + ("0 or 1" if form.kind == "binary" else "a number")
            + f" for each of the {form.size} outputs."
        )
    if form.kind == "binary" and y.size and (y.min() < 0 or y.max() > 1):
        worst = y.min() if y.min() < 0 else y.max()
        raise InputError(f"A label is {worst}; of several labels each is 0 or 1.")
    return y.astype(np.float32)


def _classes(y: np.ndarray, form: LabelForm) -> np.ndarray:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.shape[1] == (form.size or y.shape[1]):
        if form.one_hot:
            return y.astype(np.float32)
        if not np.isin(y, (0, 1)).all() or (y.sum(axis=1) != 1).any():
            row = int(((y.sum(axis=1) != 1) | ~np.isin(y, (0, 1)).all(axis=1)).argmax())
            raise InputError(
                f"The labels of row {row} are {y[row].tolist()}, which is not one class. For "
                "shares of classes compile with loss=keras.losses.CategoricalCrossentropy("
                'from_logits=True); for several labels build the model with problem="multi_label".'
            )
        return y.argmax(axis=1).astype(np.int32)
    if y.ndim != 1:
        raise InputError(
            f"The labels have the shape {y.shape}; expected one of {form.size or 'C'} classes a "
            f"row, as (rows,), (rows, 1) or one-hot (rows, {form.size or 'C'})."
        )
    if y.size:
        if y.dtype.kind == "f" and (y != np.floor(y)).any():
            raise InputError(
                f"A label is {y[y != np.floor(y)][0]}, not the number of a class. For numbers to "
                'learn build the model with problem="regression".'
            )
        worst = y.min() if y.min() < 0 else y.max()
        if not 0 <= worst < (form.size or worst + 1):
            if form.otherwise:
                raise InputError(f"A label is {worst:g}, {form.otherwise}.")
            raise InputError(
                f"A label is {worst:g}, and num_classes={form.size} knows 0 to {form.size - 1}. "
                "Number the labels from 0, or build the model with more classes."
            )
    numbers = y.astype(np.int32)
    return np.eye(form.size, dtype=np.float32)[numbers] if form.one_hot else numbers


def row_weights(values: Any) -> Any:
    """Weights of rows, by place.

    Args:
        values: as for `by_place`; (N,) or (N, 1), or what the task's loss takes.

    Raises:
        InputError: a weight is missing, text or not finite.
    """
    weights = by_place(values, "sample weights")
    for one in weights.values() if isinstance(weights, dict) else [weights]:
        if one is not None and (one.dtype.kind not in "biuf" or not np.isfinite(one).all()):
            raise InputError("The sample weights are not all finite numbers.")
    if isinstance(weights, np.ndarray) and weights.ndim == 2 and weights.shape[1] == 1:
        return weights[:, 0]
    return weights


def class_weights_of(y: np.ndarray, weights: Mapping[int, float], form: LabelForm) -> np.ndarray:
    """The weight of each row by its class, 1 for classes that have none.

    Args:
        y: what `canonical_labels` gave.
        weights: class -> weight.
        form: of classes.

    Raises:
        InputError: a class is beyond the model's, or a weight is no number.
    """
    table = np.ones(form.size, np.float32)
    for number, weight in weights.items():
        known = isinstance(number, int | np.integer) and 0 <= number < form.size
        if not known or not isinstance(weight, int | float | np.number):
            raise InputError(
                f"class_weight has {number!r}: {weight!r}; expected a class from 0 to "
                f"{form.size - 1} and its weight."
            )
        table[number] = weight
    return table[y.argmax(axis=1) if form.one_hot else y]


def check_rows(rows: int, values: Any, what: str, examples: str = "texts") -> None:
    """Compares the number of rows.

    Args:
        rows: how many examples there are.
        values: an array, a dict of them, or None.
        what: what they are.
        examples: what the examples are.

    Raises:
        InputError: it differs.
    """
    leaves = values.values() if isinstance(values, dict) else [values]
    for array in itertools.chain(leaves):
        if isinstance(array, np.ndarray) and (array.ndim == 0 or len(array) != rows):
            number = len(array) if array.ndim else "no"
            raise InputError(
                f"There are {rows} {examples} and {number} {what}; there must be as many."
            )
