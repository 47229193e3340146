"""Tags, scores and entities from logits made by hand."""

import numpy as np
import pytest
import scipy.special

from keras_albert import AlbertTokenClassifierPreprocessor
from keras_albert.models.token_classification.tagging import softmax, tagged

pytestmark = pytest.mark.once
LABELS = ["O", "B-PER", "I-PER"]


def test_gold_logits_give_the_gold_tags_and_their_characters(tokenizer) -> None:
    text = "Then Ada Lovelace wrote."
    encoded = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32).encode([text])
    gold = [0, 1, 2, 0, 0]
    y, _ = encoded.labels([gold])
    logits = np.log(np.eye(3)[y] * 0.7 + 0.1)
    (answer,) = tagged(encoded, logits, LABELS)
    assert answer["words"] == ["Then", "Ada", "Lovelace", "wrote", "."]
    assert answer["tags"] == [LABELS[number] for number in gold]
    assert answer["scores"] == pytest.approx([0.8] * 5)
    (entity,) = answer["entities"]
    assert (entity["label"], entity["start_word"], entity["end_word"]) == ("PER", 1, 3)
    assert text[entity["start"] : entity["end"]] == entity["text"] == "Ada Lovelace"
    assert entity["score"] == pytest.approx(0.8)


def test_other_tags_make_no_entities(tokenizer) -> None:
    encoded = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32).encode([["a"], []])
    answers = tagged(encoded, np.zeros((1, 32, 2)), ["NOUN", "VERB"])
    assert [answer["tags"] for answer in answers] == [["NOUN"], []]
    assert "entities" not in answers[0] and "start" not in answers[0]


def test_the_softmax_is_scipys() -> None:
    logits = np.random.default_rng(0).normal(0, 30, (4, 5)).astype("float32")
    np.testing.assert_allclose(softmax(logits), scipy.special.softmax(logits.astype(float), -1))
