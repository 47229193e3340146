"""What all preprocessors share."""

import keras
import keras_hub
import numpy as np
import pytest

from keras_albert import (
    AlbertMaskedLMPreprocessor,
    AlbertPretrainer,
    AlbertPretrainerPreprocessor,
    AlbertTextClassifierPreprocessor,
    AlbertTokenizer,
)
from keras_albert.errors import InputError


def test_labels_and_weights_pass_as_in_kerashub(tokenizer):
    """`preprocessor((first, second))` makes the second labels; `x=` makes a pair."""
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 16)
    x, y = preprocessor((["a"], ["b"]))
    assert y == ["b"] and not x["segment_ids"].any()
    x, y, weight = preprocessor(["a"], [1], [0.5])
    assert (y, weight) == ([1], [0.5])
    assert preprocessor(x=(["a"], ["b"]))["segment_ids"].any()


def test_a_single_text_has_no_batch_axis(tokenizer):
    assert AlbertTextClassifierPreprocessor(tokenizer, 16)("a")["token_ids"].shape == (16,)


@pytest.mark.parametrize("batched", [True, False])
def test_tf_data_gives_the_same_arrays(tokenizer, paragraphs, batched):
    import tensorflow as tf

    texts, labels = paragraphs[:6], list(range(6))
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 16)
    expected = preprocessor(x=(texts, texts[::-1]))
    data = tf.data.Dataset.from_tensor_slices(((texts, texts[::-1]), labels))
    data = data.batch(6).map(preprocessor) if batched else data.map(preprocessor).batch(6)
    for x, y in data:
        assert y.numpy().tolist() == labels
        for name, array in expected.items():
            np.testing.assert_array_equal(x[name].numpy(), array)


@pytest.mark.parametrize("make", [AlbertMaskedLMPreprocessor, AlbertPretrainerPreprocessor])
def test_tf_data_masks_as_python_does(tokenizer, paragraphs, make):
    import tensorflow as tf

    texts = paragraphs[:6]
    expected = make(tokenizer, 16)(x=(texts, texts[::-1]))
    mapped = make(tokenizer, 16)
    data = tf.data.Dataset.from_tensor_slices((texts, texts[::-1])).batch(6)
    (batch,) = data.map(lambda a, b: mapped(x=(a, b)))
    for one, other in zip(keras.tree.flatten(expected), keras.tree.flatten(batch), strict=True):
        np.testing.assert_array_equal(one, other.numpy())


def test_from_the_preset_of_another_class(tokenizer, backbone, tmp_path):
    AlbertPretrainer(backbone, AlbertPretrainerPreprocessor(tokenizer, 24)).save_to_preset(
        tmp_path / "run" / "model"
    )
    loaded = AlbertTextClassifierPreprocessor.from_preset(tmp_path / "run")
    assert loaded.sequence_length == 24
    assert loaded.tokenizer.fingerprint == tokenizer.fingerprint
    longer = AlbertTextClassifierPreprocessor.from_preset(tmp_path / "run", sequence_length=30)
    assert longer.sequence_length == 30
    for found in (
        AlbertTokenizer.from_preset(tmp_path / "run"),
        keras_hub.tokenizers.Tokenizer.from_preset(str(tmp_path / "run" / "model")),
    ):
        assert isinstance(found, AlbertTokenizer)


def test_without_a_tokenizer_the_length_is_not_guessed(backbone, tokenizer, tmp_path):
    backbone.save_to_preset(str(tmp_path))
    with pytest.raises(InputError, match="has no tokenizer"):
        AlbertMaskedLMPreprocessor.from_preset(tmp_path)
    tokenizer.save_to_preset(str(tmp_path))
    assert AlbertMaskedLMPreprocessor.from_preset(tmp_path).sequence_length == 32
