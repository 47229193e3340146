"""Every kind of task on every container of data: what plain Keras gives for plain arrays."""

import keras
import numpy as np
import pandas as pd
import pytest
import torch

from keras_albert import (
    AlbertJointQuestionAnswerer,
    AlbertMaskedLM,
    AlbertMaskedLMPreprocessor,
    AlbertMultipleChoice,
    AlbertMultipleChoicePreprocessor,
    AlbertQuestionAnswerer,
    AlbertQuestionAnswererPreprocessor,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTextEmbedder,
    AlbertTextEmbedderPreprocessor,
    AlbertTokenClassifier,
    AlbertTokenClassifierPreprocessor,
)
from keras_albert.errors import InputError

TEXTS = ["SELECT returns rows.", "An index is a table.", "Locks wait.", "Roles own objects."]
OTHERS = TEXTS[::-1]
LABELS = [2, 0, 1, 1]
# Not the place: what a shuffled frame has.
INDEX = [3, 0, 7, 1]


class Batches(keras.utils.PyDataset):
    """Two batches of two, labels as lists."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 2

    def __getitem__(self, index):
        rows = slice(2 * index, 2 * index + 2)
        x = tuple(part[rows] for part in self.x) if isinstance(self.x, tuple) else self.x[rows]
        return (x,) if self.y is None else (x, self.y[rows])


class Examples(torch.utils.data.Dataset):
    """Examples one by one, for PyTorch's own collation."""

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):
        return 4

    def __getitem__(self, index):
        pair = isinstance(self.x, tuple)
        x = tuple(part[index] for part in self.x) if pair else self.x[index]
        return x if self.y is None else (x, self.y[index])


def _loader(x, y):
    return torch.utils.data.DataLoader(Examples(x, y), batch_size=2)


def _dataset(x, y):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((x,) if y is None else (x, y))


def _generator(x, y):
    batches = Batches(x, y)
    return (batches[number] for number in range(2))


STREAMS = {
    "tf.data": lambda x, y: _dataset(x, y).batch(2),
    "tf.data, single examples": _dataset,
    "DataLoader": _loader,
    "PyDataset": Batches,
    "generator": _generator,
}


@pytest.fixture
def classifier(backbone, tokenizer):
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 16)
    return AlbertTextClassifier(backbone, 3, preprocessor, dropout=0.0)


def _expected(task, x, y, **options):
    arrays = task.preprocessor(x=x)
    return keras.Model.evaluate(task, arrays, np.asarray(y), verbose=0, batch_size=4, **options)


@pytest.mark.parametrize("pair", [False, True], ids=["texts", "pairs"])
def test_a_classifier_reads_every_stream(classifier, pair):
    x = (TEXTS, OTHERS) if pair else TEXTS
    expected = _expected(classifier, x, LABELS)
    logits = keras.Model.predict(classifier, classifier.preprocessor(x=x), verbose=0)
    for name, made in STREAMS.items():
        found = classifier.evaluate(made(x, LABELS), batch_size=2, verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-5, err_msg=name)
        for y in (LABELS, None):
            rows = classifier.predict(made(x, y), batch_size=2, verbose=0)
            np.testing.assert_allclose(rows, logits, atol=1e-5, err_msg=f"{name} {y}")


def test_a_shuffled_frame_is_read_by_place(classifier):
    frame = pd.DataFrame({"text": TEXTS, "label": LABELS, "weight": [1.0, 2.0, 0.5, 3.0]}, INDEX)
    weights = frame.weight.to_numpy()
    expected = _expected(classifier, TEXTS, LABELS, sample_weight=weights)
    for label in (frame.label, frame[["label"]], frame.label.astype("Int64")):
        found = classifier.evaluate(
            frame.text, label, sample_weight=frame.weight, batch_size=4, verbose=0
        )
        np.testing.assert_allclose(found, expected, atol=1e-5)
    kept = classifier.get_weights()
    losses = []
    for x, y in ((TEXTS, LABELS), (frame.text, frame.label)):
        classifier.set_weights(kept)
        classifier.compile(optimizer=keras.optimizers.SGD(0.1))
        history = classifier.fit(x, y, shuffle=False, validation_data=(x, y), verbose=0).history
        losses.append([*history["loss"], *history["val_loss"]])
    np.testing.assert_allclose(losses[0], losses[1], atol=1e-6)


def test_labels_of_every_shape_give_the_same_loss(classifier):
    expected = _expected(classifier, TEXTS, LABELS)
    for y in (np.array(LABELS)[:, None], np.eye(3)[LABELS], np.array(LABELS, float)):
        found = classifier.evaluate(TEXTS, y, batch_size=4, verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-5)
        found = classifier.evaluate(_generator(TEXTS, y), verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    found = classifier.evaluate(_dataset(TEXTS, np.eye(3)[LABELS]).batch(2), verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_loss_of_one_hot_labels_gets_them_and_its_accuracy(classifier):
    expected = _expected(classifier, TEXTS, LABELS)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    classifier.compile(optimizer="sgd", loss=loss)
    for y in (LABELS, np.eye(3)[LABELS]):
        found = classifier.evaluate(TEXTS, y, batch_size=4, verbose=0)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    smoothed = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    classifier.compile(optimizer="sgd", loss=smoothed)
    assert classifier.fit(TEXTS, LABELS, verbose=0).history["accuracy"]


def test_weights_of_some_classes(classifier):
    weights = np.array([1.0, 1.0, 4.0])[LABELS]
    expected = _expected(classifier, TEXTS, LABELS, sample_weight=weights)[0]
    kept = classifier.get_weights()
    for x, y in ((TEXTS, LABELS), (Batches(TEXTS, LABELS), None), (_loader(TEXTS, LABELS), None)):
        classifier.set_weights(kept)
        classifier.compile(optimizer=keras.optimizers.SGD(0.0))
        history = classifier.fit(x, y, class_weight={2: 4.0}, batch_size=4, verbose=0).history
        np.testing.assert_allclose(history["loss"][0], expected, atol=1e-5)


@pytest.mark.parametrize("name", STREAMS)
def test_a_label_beyond_the_classes_is_refused_in_a_stream(classifier, name):
    with pytest.raises(InputError, match="A label is 7") as caught:
        classifier.fit(STREAMS[name](TEXTS, [0, 1, 2, 7]), verbose=0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["DataLoader", "PyDataset", "generator", "tf.data"])
def test_labels_that_are_text_are_refused_in_a_stream(classifier, name):
    with pytest.raises(InputError, match="labels are strings"):
        classifier.fit(STREAMS[name](TEXTS, ["a", "b", "a", "b"]), verbose=0)


@pytest.mark.once
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda task: task.fit("a text", [1]), r"pass \[text\]"),
        (lambda task: task.fit(tuple(TEXTS), LABELS), "this one holds 4 texts"),
        (lambda task: task.fit(TEXTS, [0, None, 1, 1]), "row 1 are missing"),
        (lambda task: task.fit(TEXTS, pd.Series([0.0, None, 1.0, 1.0])), "row 1 are missing"),
        (lambda task: task.fit(TEXTS, [[0.2, 0.8, 0.0]] * 4), "is not one class"),
        (lambda task: task.fit(TEXTS, LABELS, class_weight={5: 1.0}), "0 to 2"),
        (lambda task: task.fit(iter([{"text": TEXTS, "label": LABELS}])), "keys text, label"),
    ],
)
def test_mistakes_are_one_clear_line(classifier, call, message):
    with pytest.raises(InputError, match=message) as caught:
        call(classifier)
    assert "\n" not in str(caught.value)


def _tasks(backbone, tokenizer):
    words = [["SELECT", "rows"], ["An", "index", "waits"], ["Locks"], ["Roles", "own"]]
    choices = [(text, "What?", ["rows", "locks"]) for text in TEXTS]
    passages = ["A table has rows.", "An index is built.", "Locks wait.", "Roles own objects."]
    answers = [("rows", 12), ("index", 3), ("Locks", 0), ("objects", 10)]
    read = AlbertQuestionAnswererPreprocessor(tokenizer, 32, question_length=8, stride=8)
    vectors = np.eye(16, dtype="float32")[:4]
    return {
        "several labels": (
            AlbertTextClassifier(
                backbone,
                2,
                AlbertTextClassifierPreprocessor(tokenizer, 16),
                problem="multi_label",
            ),
            TEXTS,
            [[0, 1], [1, 1], [0, 0], [1, 0]],
        ),
        "regression": (
            AlbertTextClassifier(
                backbone, 1, AlbertTextClassifierPreprocessor(tokenizer, 16), problem="regression"
            ),
            TEXTS,
            [0.5, 1.0, 2.0, -1.0],
        ),
        "sentence order": (
            AlbertSentenceOrderClassifier(
                backbone, AlbertTextClassifierPreprocessor(tokenizer, 16)
            ),
            (TEXTS, OTHERS),
            [0, 1, 1, 0],
        ),
        "embedder": (
            AlbertTextEmbedder(backbone, AlbertTextEmbedderPreprocessor(tokenizer, 16)),
            TEXTS,
            vectors.tolist(),
        ),
        "words": (
            AlbertTokenClassifier(backbone, 3, AlbertTokenClassifierPreprocessor(tokenizer, 16)),
            words,
            [[0, 1], [2, 0, 1], [1], [0, 2]],
        ),
        "choices": (
            AlbertMultipleChoice(backbone, AlbertMultipleChoicePreprocessor(tokenizer, 16)),
            choices,
            [0, 1, 1, 0],
        ),
        "questions": (AlbertQuestionAnswerer(backbone, read), (TEXTS, passages), answers),
        "questions without answers": (
            AlbertJointQuestionAnswerer(backbone, read),
            (TEXTS, passages),
            [*answers[:3], None],
        ),
        "masked tokens": (
            AlbertMaskedLM(backbone, AlbertMaskedLMPreprocessor(tokenizer, 16)),
            TEXTS,
            None,
        ),
    }


def _column(values):
    return None if values is None else pd.Series(list(values), index=INDEX)


# PyTorch's own collation needs examples of one shape, TensorFlow's slices too.
RAGGED = ("words", "choices", "questions without answers")


def test_every_task_reads_columns_and_streams(backbone, tokenizer):
    for name, (task, x, y) in _tasks(backbone, tokenizer).items():
        task.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=False)
        drawn = name == "masked tokens"
        expected = task.evaluate(x, y, batch_size=2, verbose=0, return_dict=True)
        columns = tuple(map(_column, x)) if isinstance(x, tuple) else _column(x)
        streams = {"generator": _generator(x, y), "PyDataset": Batches(x, y)}
        if name not in RAGGED:
            streams["DataLoader"] = _loader(x, y)
        found = {
            "columns": task.evaluate(columns, _column(y), batch_size=2, verbose=0, return_dict=True)
        }
        for kind, stream in streams.items():
            found[kind] = task.evaluate(stream, verbose=0, return_dict=True)
        for kind, values in found.items():
            assert set(values) == set(expected)
            # Masks are drawn anew; the losses of words and of answers are over positions, of
            # which longer rows have more, padding among them.
            compared = "accuracy" if name == "words" else "loss"
            if not drawn and not name.startswith("questions"):
                np.testing.assert_allclose(
                    values[compared], expected[compared], rtol=1e-4, err_msg=f"{name} {kind}"
                )
        unlabelled = {"generator": _generator(x, None), "PyDataset": Batches(x, None)}
        for kind, stream in unlabelled.items():
            if name.startswith("questions without"):
                continue  # they read where an answer starts, which only labels say
            leaves = keras.tree.flatten(task.predict(stream, verbose=0))
            assert all(np.isfinite(leaf).all() for leaf in leaves), kind
