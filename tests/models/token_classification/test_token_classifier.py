"""AlbertTokenClassifier: its head against NumPy, sample weights against the formula."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertTokenClassifier,
    AlbertTokenClassifierPreprocessor,
    InputError,
)
from tests import contracts


def _classifier(**options):
    backbone = AlbertBackbone(500, 2, 2, 8, 16, 32, max_sequence_length=32, initializer_range=0.3)
    return AlbertTokenClassifier(backbone, num_classes=5, **options)


def test_every_token_has_scores():
    model, x = _classifier(), contracts.model_inputs(7, None)
    states = keras.ops.convert_to_numpy(model.backbone(x)["sequence_output"])
    kernel, bias = model.output_dense.get_weights()
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(model(x)), states @ kernel + bias, atol=1e-6
    )


def test_tokens_without_weight_do_not_count():
    model, x = _classifier(), contracts.model_inputs(7, None)
    y = np.random.default_rng(0).integers(0, 5, (4, 7))
    weights = x["padding_mask"].astype("float32")
    got = model.evaluate(x, y, sample_weight=weights, verbose=0, return_dict=True)
    logits = keras.ops.convert_to_numpy(model(x)).astype("float64")
    hits = (logits.argmax(axis=-1) == y) * weights
    np.testing.assert_allclose(got["accuracy"], hits.sum() / weights.sum(), atol=1e-6)
    changed = np.where(weights == 1, y, (y + 1) % 5)
    again = model.evaluate(x, changed, sample_weight=weights, verbose=0, return_dict=True)
    np.testing.assert_allclose(again["loss"], got["loss"], atol=1e-6)


@pytest.mark.once
def test_words_and_their_labels_are_learnt_and_tagged(tokenizer):
    model = _classifier(preprocessor=AlbertTokenClassifierPreprocessor(tokenizer, 16))
    sentences = [["The", "table", "holds", "rows"], ["Yes"]] * 4
    labels = [[1, 2, -1, 0], [3]] * 4
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    model.fit(sentences, labels, validation_data=(sentences, labels), verbose=0)
    measured = model.evaluate(sentences, labels, verbose=0, return_dict=True)
    # The long sentence is read in windows, each of whose words has one tag.
    answers = model.tag([*sentences[:2], ["table"] * 40, []], ["a", "b", "c", "d", "e"])
    assert [len(answer["tags"]) for answer in answers] == [4, 1, 40, 0]
    names = ["abcde"[n] if n >= 0 else None for n in [*labels[0], *labels[1]]]
    tags = [*answers[0]["tags"], *answers[1]["tags"]]
    right = [tag == name for tag, name in zip(tags, names, strict=True) if name]
    assert measured["accuracy"] == pytest.approx(np.mean(right), abs=1e-6)
    logits = model.predict(["The table"], verbose=0)
    assert logits.shape == (1, 16, 5)


@pytest.mark.once
def test_what_does_not_fit_is_an_error(tokenizer):
    with pytest.raises(InputError, match="num_classes=0"):
        AlbertTokenClassifier(_classifier().backbone, num_classes=0)
    model = _classifier(preprocessor=AlbertTokenClassifierPreprocessor(tokenizer, 16))
    with pytest.raises(InputError, match="A label is 5"):
        model.fit([["a", "b"]], [[0, 5]])
    with pytest.raises(InputError, match="2 labels"):
        model.tag([["a"]], ["a", "b"])
    with pytest.raises(InputError, match="has none"):
        _classifier().tag([["a"]])
