"""The Chinese tokenizer as a KerasHub layer."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_albert.errors import InputError
from keras_albert.text import WordPieceTokenizer

TEXTS = ["\u7384\u5fb7\u66f0 the tables", "", "\u5173\u516c"]


def test_as_a_layer_it_gives_the_same_ids(chinese_tokenizer: WordPieceTokenizer) -> None:
    expected = [ids.tolist() for ids in chinese_tokenizer.encode(TEXTS)]
    assert [list(row) for row in chinese_tokenizer(TEXTS)] == expected
    assert [list(row) for row in chinese_tokenizer(tf.constant(TEXTS))] == expected
    assert [list(row) for row in chinese_tokenizer(np.array(TEXTS))] == expected
    single = keras.ops.convert_to_numpy(chinese_tokenizer(TEXTS[0]))
    assert single.tolist() == expected[0]
    nested = chinese_tokenizer.tokenize([TEXTS[:2], TEXTS[2:]])
    assert nested == [expected[:2], expected[2:]]


def test_inside_tf_data_it_gives_the_same_ids(chinese_tokenizer: WordPieceTokenizer) -> None:
    expected = [ids.tolist() for ids in chinese_tokenizer.encode(TEXTS)]
    texts = tf.data.Dataset.from_tensor_slices(TEXTS)
    assert [row.tolist() for row in texts.map(chinese_tokenizer).as_numpy_iterator()] == expected
    # Once more: what the first graph made must not be lost with it.
    (batch,) = texts.batch(3).map(chinese_tokenizer)
    assert batch.to_list() == expected


@pytest.mark.parametrize("where", ["python", "graph"])
def test_a_fixed_length_and_pieces(chinese_vocabulary: Path, where: str) -> None:
    def call(tokenizer: WordPieceTokenizer) -> list[list[object]]:
        if where == "python":
            rows = tokenizer.tokenize(TEXTS)
        else:
            (rows,) = tf.data.Dataset.from_tensor_slices(TEXTS).batch(3).map(tokenizer)
            rows = rows.to_list() if isinstance(rows, tf.RaggedTensor) else rows.numpy()
        rows = [list(row) for row in rows]
        return [[p.decode() if isinstance(p, bytes) else p for p in row] for row in rows]

    plain = WordPieceTokenizer.load(chinese_vocabulary)
    expected = plain.encode(TEXTS)
    padded = call(WordPieceTokenizer.load(chinese_vocabulary, sequence_length=4))
    assert padded == [(ids.tolist() + [0] * 4)[:4] for ids in expected]
    pieces = call(WordPieceTokenizer.load(chinese_vocabulary, dtype="string"))
    assert pieces == [plain.pieces(ids) for ids in expected]


def test_detokenize_joins_words(chinese_tokenizer: WordPieceTokenizer) -> None:
    ids = chinese_tokenizer.encode(["the tables"])[0].tolist()
    assert chinese_tokenizer.detokenize([ids]) == ["the tables"]
    (joined,) = tf.data.Dataset.from_tensors([ids]).map(chinese_tokenizer.detokenize)
    assert joined.numpy().tolist() == [b"the tables"]


def test_options_that_are_fixed_are_refused() -> None:
    with pytest.raises(InputError, match="has no option split"):
        WordPieceTokenizer(split=False)
    with pytest.raises(InputError, match="max_word_characters=0"):
        WordPieceTokenizer(max_word_characters=0)


def test_a_configuration_makes_the_same(chinese_vocabulary: Path) -> None:
    tokenizer = WordPieceTokenizer.load(chinese_vocabulary, lowercase=False, sequence_length=8)
    copy = WordPieceTokenizer.from_config(tokenizer.get_config())
    with pytest.raises(ValueError, match="No vocabulary"):
        copy.tokenize("a")
    copy.set_vocabulary(str(chinese_vocabulary / "vocab.txt"))
    assert copy.fingerprint == tokenizer.fingerprint
    assert copy.sequence_length == 8


@pytest.mark.parametrize("inputs", [5, [5], ["a\ud800"], None])
def test_what_is_no_text_is_refused(chinese_tokenizer: WordPieceTokenizer, inputs: object) -> None:
    with pytest.raises(InputError, match="Text 0"):
        chinese_tokenizer.tokenize(inputs)
