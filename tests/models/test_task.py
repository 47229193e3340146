"""`fit`, `evaluate` and `predict` on raw strings, beside `keras.Model` on the arrays."""

import warnings

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertMaskedLM,
    AlbertMaskedLMPreprocessor,
    AlbertPretrainer,
    AlbertPretrainerPreprocessor,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
)
from keras_albert.errors import InputError
from tests.contracts import assert_same_outputs, model_inputs

TEXTS = ["SELECT returns rows.", "An index is a table.", "Locks wait.", "Roles own objects."]
LABELS = [0, 1, 2, 0]


@pytest.fixture
def classifier(backbone, tokenizer):
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 16)
    return AlbertTextClassifier(backbone, 3, preprocessor, dropout=0.0)


@pytest.mark.parametrize(
    "x",
    [
        pytest.param(TEXTS, marks=pytest.mark.once),
        pytest.param(np.array(TEXTS), marks=pytest.mark.once),
        (TEXTS, TEXTS[::-1]),
    ],
    ids=["list", "array", "pair"],
)
def test_strings_answer_as_their_arrays(classifier, x):
    arrays = classifier.preprocessor(x=x)
    expected = keras.Model.predict(classifier, arrays, verbose=0)
    assert_same_outputs(classifier.predict(x, verbose=0), expected)
    assert_same_outputs(classifier.predict(arrays, verbose=0), expected)
    assert_same_outputs(classifier.predict_on_batch(x), expected)
    loss = keras.Model.evaluate(classifier, arrays, np.array(LABELS), verbose=0)
    np.testing.assert_allclose(classifier.evaluate(x, LABELS, verbose=0), loss, atol=1e-5)
    np.testing.assert_allclose(classifier.test_on_batch(x, LABELS)[0], loss[0], atol=1e-5)


def test_fit_learns_from_strings(classifier):
    classifier.compile(optimizer=keras.optimizers.Adam(1e-2))
    history = classifier.fit(
        TEXTS, LABELS, epochs=8, verbose=0, validation_data=(TEXTS, LABELS)
    ).history
    assert history["loss"][-1] < history["loss"][0]
    assert history["val_loss"][-1] < history["val_loss"][0]
    before = classifier.evaluate(TEXTS, LABELS, verbose=0)[0]
    classifier.train_on_batch(TEXTS, LABELS)
    assert classifier.evaluate(TEXTS, LABELS, verbose=0)[0] != before


def test_datasets_and_generators(classifier):
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(((TEXTS, TEXTS), LABELS)).batch(2)
    expected = classifier.evaluate((TEXTS, TEXTS), LABELS, verbose=0)
    np.testing.assert_allclose(classifier.evaluate(data, verbose=0), expected, atol=1e-5)
    history = classifier.fit(data, epochs=2, validation_data=data, verbose=0).history
    assert len(history["val_loss"]) == 2
    batches = (((TEXTS, TEXTS), np.array(LABELS)) for _ in range(2))
    assert classifier.fit(batches, steps_per_epoch=2, verbose=0).history["loss"]


def test_depth(classifier):
    arrays = classifier.preprocessor(TEXTS)
    shallow = classifier.predict(TEXTS, depth=1, verbose=0)
    assert_same_outputs(shallow, classifier(arrays, depth=1))
    assert np.abs(shallow - classifier.predict(TEXTS, verbose=0)).max() > 1e-4
    assert_same_outputs(
        classifier.predict(TEXTS, depth=2, verbose=0), classifier.predict(TEXTS, verbose=0)
    )


@pytest.mark.once
def test_tasks_that_make_their_labels(backbone, tokenizer):
    masked = AlbertMaskedLM(backbone, AlbertMaskedLMPreprocessor(tokenizer, 16))
    assert np.isfinite(masked.fit(TEXTS, verbose=0).history["loss"][0])
    pretrainer = AlbertPretrainer(backbone, AlbertPretrainerPreprocessor(tokenizer, 16))
    pretrainer.fit((TEXTS, TEXTS), verbose=0)
    x, y, sample_weight = pretrainer.preprocessor(x=(TEXTS, TEXTS))
    assert np.isfinite(pretrainer.train_on_batch(x, y, sample_weight)[0])
    assert pretrainer.predict((TEXTS, TEXTS), verbose=0)["sentence_order"].shape == (4, 2)


def test_a_keras_file_keeps_the_optimizer(backbone, tmp_path):
    x, y = model_inputs(7, 2), np.ones((4, 2), "int32")
    task = AlbertMaskedLM(backbone)
    task.compile(optimizer=keras.optimizers.SGD(0.25, momentum=0.5))
    task.train_on_batch(x, y)
    task.save(tmp_path / "task.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        loaded = keras.saving.load_model(tmp_path / "task.keras")
    for model in (task, loaded):
        model.train_on_batch(x, y)
    assert_same_outputs(loaded(x), task(x))
    assert float(loaded.optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda task: task.predict([]), "no texts"),
        (lambda task: task.predict("a text"), r"pass \[text\]"),
        (lambda task: task.fit(None), "x is None"),
        (lambda task: task.fit(TEXTS, [0]), "4 texts and 1 labels"),
        (lambda task: task.fit(TEXTS, LABELS, sample_weight=[1.0]), "1 sample weights"),
        (lambda task: task.fit(TEXTS, ["a", "b", "c", "a"]), "labels are strings"),
        (lambda task: task.fit(TEXTS, [0, 1, 2, 3]), "A label is 3"),
        (lambda task: task.fit(iter([]), LABELS), "leave y"),
        (lambda task: task.predict({"token_ids": np.zeros((1, 2))}), "padding_mask is missing"),
    ],
)
def test_bad_input(classifier, call, message):
    with pytest.raises(InputError, match=message) as caught:
        call(classifier)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "length", "message"),
    [
        ("token_ids", 500, 4, "token_ids holds 500.*0 to 499"),
        ("token_ids", -1, 4, "token_ids holds -1"),
        ("segment_ids", 2, 4, "segment_ids holds 2"),
        ("mask_positions", 4, 4, "mask_positions holds 4"),
        ("token_ids", 1, 33, "33 positions and the model learned 32"),
    ],
)
def test_arrays_out_of_range(backbone, name, value, length, message):
    x = {
        key: np.zeros((2, length), "int32")
        for key in ("token_ids", "segment_ids", "padding_mask", "mask_positions")
    }
    x[name][1, 1] = value
    with pytest.raises(InputError, match=message):
        AlbertMaskedLM(backbone).predict(x)


def test_strings_without_a_preprocessor(backbone):
    with pytest.raises(InputError, match="has no preprocessor"):
        AlbertMaskedLM(backbone).predict(TEXTS)
