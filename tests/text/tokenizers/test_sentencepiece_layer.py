"""The SentencePiece tokenizer as a KerasHub layer."""

import tensorflow as tf

from keras_albert.text import AlbertTokenizer


def test_inside_tf_data_it_gives_the_same_ids(
    digit_tokenizer: AlbertTokenizer, tokenizer: AlbertTokenizer
) -> None:
    texts = ["rows 1, 2, and 1,200,000", "", "Caf\u00e9"]
    for layer in (tokenizer, digit_tokenizer):
        expected = [ids.tolist() for ids in layer.encode(texts)]
        (batch,) = tf.data.Dataset.from_tensor_slices(texts).batch(3).map(layer)
        assert batch.to_list() == expected
        singles = tf.data.Dataset.from_tensor_slices(texts).map(layer)
        assert [ids.tolist() for ids in singles.as_numpy_iterator()] == expected


def test_the_rule_is_part_of_the_configuration(digit_tokenizer: AlbertTokenizer) -> None:
    copy = AlbertTokenizer.from_config(digit_tokenizer.get_config())
    copy.set_proto(digit_tokenizer.proto)
    assert copy.fingerprint == digit_tokenizer.fingerprint
    assert copy.processor.GetPieceSize() == digit_tokenizer.vocabulary_size()
