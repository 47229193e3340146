"""Raw data, as people have it, into what `keras.Model` reads."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.fitting.batches import is_model_input, split_batch
from keras_albert.models.fitting.labels import (
    check_rows,
    class_weights_of,
    row_weights,
    rows_by_place,
)
from keras_albert.models.fitting.streams import is_stream, preprocessed
from keras_albert.models.texts import is_symbolic


@contextlib.contextmanager
def refusals_raised(task: Any) -> Iterator[None]:
    """Raises the `InputError` that TensorFlow made another error of, in a graph's own function."""
    task.refusals.clear()
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if task.refusals:
            raise task.refusals[0] from error
        raise


def prepare(
    task: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    class_weight: Mapping[int, float] | None = None,
    labelled: bool = True,
) -> tuple[Any, Any, Any, int | None]:
    """What `keras.Model` reads of settled data, and batches an epoch where Keras can't tell."""
    if x is None:
        raise InputError("There is no data: x is None.")
    if is_stream(x):
        if y is not None or sample_weight is not None:
            raise InputError(
                f"x is a {type(x).__name__}, whose batches carry labels and weights; leave y "
                "and sample_weight out."
            )

        def one_batch(batch: Any) -> tuple[Any, ...]:
            return prepare_batch(task, batch, class_weight, labelled)

        data, steps = preprocessed(x, one_batch, batch_size)
        return data, None, None, steps
    if not is_model_input(x):
        _check_examples(task, x)
        if not task.reads_pairs:
            x = rows_by_place(x, "examples")
        y, sample_weight = task._labels(y), row_weights(sample_weight)
        rows = len(x[0]) if isinstance(x, tuple) else len(x)
        labels = y if task.label_form() is not None else None
        check_rows(rows, labels, "labels", task.examples_are)
        check_rows(rows, sample_weight, "sample weights", task.examples_are)
        sample_weight = _weighted(task, y, sample_weight, class_weight)
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(
            task.preprocess_samples(x, y, sample_weight)
        )
    else:
        y, sample_weight = task._labels(y), row_weights(sample_weight)
        sample_weight = _weighted(task, y, sample_weight, class_weight)
    task._check_inputs(x)
    task._check_labels(x, y)
    return x, y, sample_weight, None


def prepare_batch(
    task: Any, batch: Any, class_weight: Mapping[int, float] | None, labelled: bool
) -> tuple[Any, ...]:
    """What `keras.Model` reads of one batch, as a tuple."""
    labelled = labelled and not task.makes_labels
    x, y, sample_weight = split_batch(batch, labelled=labelled, pairs=task.reads_pairs)
    if not labelled and not task.makes_labels:
        y = sample_weight = None
    if is_symbolic(keras.tree.flatten(x)[0] if isinstance(x, dict) else x):
        y = _labels_in_graph(task, y)
        if class_weight:
            raise InputError(
                "class_weight does not go with a tf.data.Dataset: yield sample weights beside "
                "the labels, (texts, labels, weights)."
            )
    else:
        y, sample_weight = task._labels(y), row_weights(sample_weight)
        sample_weight = _weighted(task, y, sample_weight, class_weight)
    if not is_model_input(x):
        if task.preprocessor is None:
            _check_examples(task, x)
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(
            task.preprocess_samples(x, y, sample_weight)
        )
    task._check_labels(x, y)
    parts = (x, y, sample_weight)
    return parts[: 3 if sample_weight is not None else 2 if y is not None else 1]


def _check_examples(task: Any, x: Any) -> None:
    """Whether `x` is examples that the preprocessor can read, by its container."""
    if task.preprocessor is None:
        raise InputError(
            f"{type(task).__name__} has no preprocessor, so it reads a dict of arrays "
            f"({', '.join(task._input_names())}); got {type(x).__name__}. Build it with "
            "preprocessor=..., or load it from a preset with a tokenizer."
        )
    if isinstance(x, str | bytes):
        raise InputError("Expected a list of texts; for a single one, pass [text].")
    if isinstance(x, tuple) and any(isinstance(part, str | bytes) for part in x):
        raise InputError(
            "A tuple stands for pairs, (first texts, second texts), two lists; this one holds "
            f"{len(x)} texts. Pass single texts as a list."
        )
    if not hasattr(x, "__len__"):
        raise InputError(f"Expected a list of texts; got {type(x).__name__}.")


def _labels_in_graph(task: Any, y: Any) -> Any:
    """`_labels` as a function of a TensorFlow graph, which hides what was raised in it."""
    form = task.label_form()
    if y is None or form is None or isinstance(y, dict):
        return y
    import tensorflow as tf

    def checked(values: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(task._labels(values))
        except InputError as error:
            task.refusals.append(error)
            raise

    labels = tf.numpy_function(checked, [y], form.dtype)
    labels.set_shape([None, *form.shape])
    return labels


def _weighted(task: Any, y: Any, sample_weight: Any, class_weight: Any) -> Any:
    """Sample weights, multiplied by those of the classes."""
    if class_weight is None:
        return sample_weight
    form = task.label_form()
    if form is None or form.kind != "classes" or y is None:
        raise InputError(
            "class_weight is for tasks with one class for each text; pass sample_weight, one "
            "a text, instead."
        )
    weights = class_weights_of(y, class_weight, form)
    return weights if sample_weight is None else weights * sample_weight


def check_inputs(task: Any, x: dict[str, Any]) -> None:
    """Finds, in NumPy arrays, what a backend would read past the end of a table for."""
    missing = [name for name in task._input_names() if name not in x]
    if missing:
        raise InputError(
            f"{type(task).__name__} needs the inputs {', '.join(task._input_names())}; "
            f"{', '.join(missing)} is missing."
        )
    token_ids = x["token_ids"]
    length = token_ids.shape[-1]
    if length > task.backbone.max_sequence_length:
        raise InputError(
            f"The rows have {length} positions and the model learned "
            f"{task.backbone.max_sequence_length}. Build the preprocessor with "
            f"sequence_length={task.backbone.max_sequence_length} or less."
        )
    limits = {
        "token_ids": (task.backbone.vocabulary_size, "the vocabulary"),
        "segment_ids": (task.backbone.num_segments, "the segment types"),
        "mask_positions": (length, "the positions of a row"),
    }
    for name, (limit, what) in limits.items():
        values = x.get(name)
        if not isinstance(values, np.ndarray) or not values.size:
            continue
        worst = int(values.min()) if values.min() < 0 else int(values.max())
        if not 0 <= worst < limit:
            raise InputError(
                f"{name} holds {worst}, which is beyond {what} of this model (0 to "
                f"{limit - 1}). Was the data made with another tokenizer or other settings?"
            )
