"""Copies made from a configuration."""

import keras
import pytest

from keras_albert import AlbertTextClassifier, AlbertTextClassifierPreprocessor, InputError

TEXTS = ["SELECT returns rows.", "Locks wait."]


@pytest.mark.once
def test_copies_have_a_preprocessor_that_works(backbone, tokenizer):
    preprocessor = AlbertTextClassifierPreprocessor(tokenizer, 16)
    task = AlbertTextClassifier(backbone, 3, preprocessor)
    for copy in (type(task).from_config(task.get_config()),):
        copy.set_weights(task.get_weights())
        got, expected = copy.predict(TEXTS, verbose=0), task.predict(TEXTS, verbose=0)
        assert abs(got - expected).max() < 1e-6


def test_keras_s_cloning_is_refused_with_the_way_to_copy(backbone, tokenizer):
    task = AlbertTextClassifier(backbone, 3, AlbertTextClassifierPreprocessor(tokenizer, 16))
    with pytest.raises(InputError, match="from_config"):
        keras.models.clone_model(task)
    assert task.predict(TEXTS, verbose=0).shape == (2, 3)
