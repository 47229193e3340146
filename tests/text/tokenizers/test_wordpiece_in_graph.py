"""WordPiece in a TensorFlow graph and in Python give the same ids."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_albert.runtime.wordpiece import WordPiece, basic_character
from keras_albert.text import WordPieceTokenizer
from keras_albert.text.tokenizers.wordpiece_in_graph import character_table, wordpiece_in_graph
from tests.runners import WITHOUT_KERAS
from tests.text.hostile import HOSTILE, assigned_code_points, random_texts


def in_graph(wordpiece: WordPiece, texts: list[str]) -> list[list[int]]:
    """Ids by way of a traced function, in batches of 256."""
    call = tf.function(
        wordpiece_in_graph(wordpiece), input_signature=[tf.TensorSpec([None], tf.string)]
    )
    found: list[list[int]] = []
    for start in range(0, len(texts), 256):
        ids, splits = call(tf.constant([text.encode() for text in texts[start : start + 256]]))
        assert (ids.dtype, splits.dtype) == (tf.int32, tf.int64)
        found += [part.tolist() for part in np.split(ids.numpy(), splits.numpy()[1:-1])]
    return found


def test_the_two_forms_agree_on_real_text(
    chinese_tokenizer: WordPieceTokenizer, chinese_paragraphs: list[str], paragraphs: list[str]
) -> None:
    texts = [*chinese_paragraphs, *paragraphs[::5]]
    wordpiece = chinese_tokenizer.wordpiece
    assert in_graph(wordpiece, texts) == [wordpiece.encode(text) for text in texts]


def test_the_two_forms_agree_on_hostile_text(chinese_tokenizer: WordPieceTokenizer) -> None:
    texts = [*HOSTILE, *random_texts(5_000, seed=5), "s" * 200, "s" * 201, "\u03bf" * 201, "##s #"]
    wordpiece = chinese_tokenizer.wordpiece
    assert in_graph(wordpiece, texts) == [wordpiece.encode(text) for text in texts]


def test_every_code_point_agrees() -> None:
    """As a vocabulary, all that basic tokenization can leave of a block of them."""
    points = list(assigned_code_points())
    texts = [" a".join(points[start : start + 512]) for start in range(0, len(points), 512)]
    plain = WordPiece(["[UNK]", "a"])
    words = wordpiece_in_graph(plain).basic_tokenization(tf.constant([t.encode() for t in texts]))
    for found, text in zip(words.to_list(), texts, strict=True):
        assert [word.decode() for word in found] == plain.words(text)


@pytest.mark.parametrize("options", [(True, True), (True, False), (False, True), (False, False)])
def test_the_table_is_the_plain_function(options: tuple[bool, bool]) -> None:
    blocks, kinds, rows = character_table(*options)
    for point in range(0, 0x110000, 7):
        if 0xD800 <= point < 0xE000:
            continue
        row = rows[kinds[blocks[point // 256], point % 256]]
        written = "".join(chr(point) if p == -2 else chr(p) for p in row.tolist() if p != -1)
        assert written == basic_character(chr(point), *options)
    assert blocks.nbytes + kinds.nbytes + rows.nbytes < 1_500_000


def test_blank_lines_keep_their_ids() -> None:
    wordpiece = WordPiece(["[UNK]", "", "a", "", "##b"])
    assert in_graph(wordpiece, ["ab a", "[blank 1]", ""]) == [[2, 4, 2], [0] * 4, []]


def test_bytes_that_are_not_utf8_make_their_word_unknown() -> None:
    ids, splits = wordpiece_in_graph(WordPiece(["[UNK]", "a"]))(tf.constant([b"a x\xff a", b"a"]))
    assert ids.numpy().tolist() == [1, 0, 1, 1]
    assert splits.numpy().tolist() == [0, 3, 4]


LOADED = """
import sys
import tensorflow as tf, tensorflow_text
module = tf.saved_model.load(sys.argv[1])
ids, splits = module(tf.constant([sys.argv[2]]))
print(ids.numpy().tolist())
"""


def test_it_is_exported(chinese_tokenizer: WordPieceTokenizer, tmp_path: Path) -> None:
    module = chinese_tokenizer.in_graph()
    signature = [tf.TensorSpec([None], tf.string)]
    module.__class__.__call__ = tf.function(module.__class__.__call__, input_signature=signature)
    tf.saved_model.save(module, str(tmp_path))
    text = "\u7384\u5fb7\u66f0\uff1a Caf\u00e9 tables"
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS + LOADED, str(tmp_path), text],
        capture_output=True,
        text=True,
    )
    assert run.stdout.strip() == str(chinese_tokenizer.encode([text])[0].tolist()), run.stderr
