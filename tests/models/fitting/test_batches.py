"""What a batch and a whole set of examples may look like."""

import numpy as np
import pandas as pd
import pytest
import torch

from keras_albert.errors import InputError
from keras_albert.models.fitting.batches import settled, split_batch, strings_of

pytestmark = pytest.mark.once

TEXTS = ["a", "b"]
LABELS = torch.tensor([0, 1])


@pytest.mark.parametrize(
    "batch",
    [
        (TEXTS, LABELS),
        [TEXTS, LABELS],
        (tuple(TEXTS), LABELS),
        [tuple(TEXTS), LABELS],
        (np.array(TEXTS), LABELS),
        [np.array(TEXTS), LABELS],
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_texts_and_labels(batch, labelled):
    assert split_batch(batch, labelled=labelled, pairs=True) == (TEXTS, LABELS, None)


@pytest.mark.parametrize("batch", [TEXTS, tuple(TEXTS), (TEXTS,), [TEXTS], np.array(TEXTS)])
def test_texts_alone(batch):
    assert split_batch(batch, labelled=False, pairs=True) == (TEXTS, None, None)


@pytest.mark.parametrize(
    "batch",
    [((TEXTS, TEXTS), LABELS), [(TEXTS, TEXTS), LABELS], [[tuple(TEXTS), tuple(TEXTS)], LABELS]],
)
def test_pairs_and_labels(batch):
    assert split_batch(batch, labelled=True, pairs=True) == ((TEXTS, TEXTS), LABELS, None)


@pytest.mark.parametrize("batch", [((TEXTS, TEXTS),), [TEXTS, TEXTS], [tuple(TEXTS)] * 2])
def test_pairs_alone(batch):
    assert split_batch(batch, labelled=False, pairs=True) == ((TEXTS, TEXTS), None, None)


def test_labels_that_are_text_stay_labels():
    assert split_batch([TEXTS, ["x", "y"]], labelled=True, pairs=True) == (TEXTS, ["x", "y"], None)


def test_labels_that_pytorch_collated_place_by_place():
    rows = [("a", [0, 1, 2]), ("b", [3, 4, 5])]
    batch = torch.utils.data.default_collate(rows)
    _, y, _ = split_batch(batch, labelled=True, pairs=True)
    assert y.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_weights_come_third():
    weights = torch.ones(2)
    assert split_batch([TEXTS, LABELS, weights], labelled=True, pairs=True)[2] is weights


@pytest.mark.parametrize("words", [[["a", "b"], ["c"]], (["a", "b"], ["c"])])
def test_sentences_of_words(words):
    labels = [[0, 1], [2]]
    assert split_batch((words, labels), labelled=True, pairs=False) == (words, labels, None)
    assert split_batch([list(words), labels], labelled=True, pairs=False)[1] == labels
    assert split_batch(list(words), labelled=False, pairs=False) == (list(words), None, None)


def test_arrays_of_a_model():
    arrays = {"token_ids": np.zeros((2, 3))}
    for batch in ((arrays, LABELS), [arrays, LABELS]):
        assert split_batch(batch, labelled=True, pairs=True) == (arrays, LABELS, None)
    assert split_batch(arrays, labelled=False, pairs=True) == (arrays, None, None)


@pytest.mark.parametrize(
    ("batch", "message"),
    [({"text": TEXTS, "label": LABELS}, "keys text, label"), ((1, 2, 3, 4), "4 parts")],
)
def test_what_is_no_batch(batch, message):
    with pytest.raises(InputError, match=message):
        split_batch(batch, labelled=True, pairs=True)


def test_examples_that_come_lazily_are_a_list():
    import datasets

    table = datasets.Dataset.from_dict({"text": TEXTS, "pair": TEXTS})
    for lazy in (table["text"], map(str, TEXTS), (t for t in TEXTS)):
        assert settled(lazy) == TEXTS
    assert settled((table["text"], table["pair"])) == (TEXTS, TEXTS)
    with pytest.raises(InputError, match="columns text, pair"):
        settled(table)


def test_nothing_of_an_iterator_of_batches_is_lost():
    batches = [(TEXTS, LABELS), (TEXTS, LABELS)]
    assert list(settled(iter(batches))) == batches
    assert list(settled(iter([]))) == []


def test_what_is_settled_stays():
    for value in (TEXTS, (TEXTS, TEXTS), np.array(TEXTS), {"token_ids": 1}, "a"):
        assert settled(value) is value
    series = pd.Series(TEXTS)
    assert settled(series) is series


def test_strings():
    assert strings_of(("a", b"b")) == ["a", b"b"]
    assert strings_of([["a"]]) is None and strings_of([]) is None and strings_of("ab") is None
