"""WordPiece as TensorFlow operations: basic tokenization by a table, pieces by tensorflow-text.

tensorflow-text has a basic tokenizer of its own, which differs from Google's Python: it folds case
instead of lowering it (a sharp s becomes two letters) and puts spaces where control characters
were. The table holds exactly `wordpiece.basic_character`.
"""

import functools
import sys
import unicodedata
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.runtime.wordpiece import CHINESE, SUFFIX, WordPiece, basic_character

# In a row of the table: the character itself, and nothing more.
_ITSELF = -2
_END = -1
# Stands for bytes that are no UTF-8: no vocabulary has it, so their word is unknown.
_NO_CHARACTER = 0x10FFFF
_BLOCK = 256


@functools.cache
def character_table(lowercase: bool, strip_accents: bool) -> tuple[np.ndarray, ...]:
    """`basic_character` for every code point, in two levels.

    Args:
        lowercase: see `basic_character`.
        strip_accents: see `basic_character`.

    Returns:
        blocks int32 [4352]: for each block of 256 code points, which of the N different ones.
        kinds int32 [N, 256]: for each code point of such a block, a row of the next table.
        rows int32 [K, W]: code points, -2 for the character itself, -1 past the end.
    """
    numbers: dict[tuple[int, ...], int] = {(_ITSELF,): 0}
    different: dict[tuple[int, ...], int] = {}
    blocks = []
    for start in range(0, sys.maxunicode + 1, _BLOCK):
        kinds = (0,) * _BLOCK
        if not _stays(start, lowercase, strip_accents):
            found = [
                _row(point, lowercase, strip_accents) for point in range(start, start + _BLOCK)
            ]
            kinds = tuple(numbers.setdefault(row, len(numbers)) for row in found)
        blocks.append(different.setdefault(kinds, len(different)))
    rows = np.full((len(numbers), max(map(len, numbers))), _END, np.int32)
    for row, number in numbers.items():
        rows[number, : len(row)] = row
    return np.array(blocks, np.int32), np.array(list(different), np.int32), rows


def _stays(start: int, lowercase: bool, strip_accents: bool) -> bool:
    """Whether a block is left as it is, found faster than character by character."""
    if 0xD800 <= start < 0xE000:  # surrogates have no UTF-8 form
        return True
    block = "".join(map(chr, range(start, start + _BLOCK)))
    categories = {category for category in map(unicodedata.category, block)}
    return (
        not any(category[0] in "ZP" for category in categories)
        and categories.isdisjoint(("Cc", "Cf", "Mn"))
        and not (lowercase and block.lower() != block)
        and not (strip_accents and not unicodedata.is_normalized("NFD", block))
        and not any(first < start + _BLOCK and start <= last for first, last in CHINESE)
    )


def _row(point: int, lowercase: bool, strip_accents: bool) -> tuple[int, ...]:
    written = basic_character(chr(point), lowercase, strip_accents)
    return tuple(_ITSELF if letter == chr(point) else ord(letter) for letter in written)


def wordpiece_in_graph(wordpiece: WordPiece) -> Any:
    """Builds a `tf.Module` that turns strings into ids as `WordPiece.encode` does.

    Args:
        wordpiece: the vocabulary and its options.

    Returns:
        A module; calling it with a string tensor [B] gives `(flat_ids, row_splits)`: int32 [T] and
        int64 [B + 1], the ids of text b being `flat_ids[row_splits[b]:row_splits[b + 1]]`.
        A word with bytes that are not UTF-8 is unknown.

    Raises:
        InputError: tensorflow or tensorflow-text is not installed.
    """
    try:
        import tensorflow as tf
        import tensorflow_text as tf_text
    except ImportError as error:
        raise InputError(
            "The in-graph tokenizer needs tensorflow and tensorflow-text: "
            "install keras-albert[tensorflow]."
        ) from error
    table = character_table(wordpiece.lowercase, wordpiece.strip_accents)
    # The operation counts bytes where Google counts characters, of four bytes at most.
    longest = 4 * wordpiece.max_word_characters
    too_long = "x" * (longest + 1)

    class InGraphWordPiece(tf.Module):
        def __init__(self) -> None:
            super().__init__(name="in_graph_wordpiece")
            self.blocks, self.kinds, self.rows = map(tf.constant, table)
            self.tokenizer = tf_text.FastWordpieceTokenizer(
                # The operation takes no empty piece; one with brackets is as far from any word.
                vocab=[piece or f"[blank {i}]" for i, piece in enumerate(wordpiece.pieces)],
                suffix_indicator=SUFFIX,
                max_bytes_per_word=longest,
                token_out_type=tf.int32,
                unknown_token=wordpiece.pieces[wordpiece.unknown_id],
                no_pretokenization=True,
            )

        def basic_tokenization(self, strings: Any) -> Any:
            """Strings [B] to a ragged tensor of words [B, None]."""
            points = tf.strings.unicode_decode(
                strings, "UTF-8", errors="replace", replacement_char=_NO_CHARACTER
            )
            flat = points.flat_values
            kinds = tf.gather_nd(
                self.kinds, tf.stack([tf.gather(self.blocks, flat // _BLOCK), flat % _BLOCK], 1)
            )
            rows = tf.gather(self.rows, kinds)
            rows = tf.where(rows == _ITSELF, tf.expand_dims(flat, 1), rows)
            kept = rows != _END
            lengths = tf.reduce_sum(tf.cast(kept, tf.int64), axis=1)
            ends = tf.concat([[0], tf.cumsum(lengths)], axis=0)
            written = tf.RaggedTensor.from_row_splits(
                tf.boolean_mask(rows, kept), tf.gather(ends, points.row_splits)
            )
            return tf.strings.split(tf.strings.unicode_encode(written, "UTF-8"))

        def __call__(self, strings: Any) -> tuple[Any, Any]:
            words = self.basic_tokenization(strings)
            flat = words.flat_values
            lengths = tf.strings.length(flat, unit="UTF8_CHAR")
            flat = tf.where(lengths > wordpiece.max_word_characters, too_long, flat)
            ids = self.tokenizer.tokenize(flat)
            splits = tf.cast(ids.row_splits, tf.int64)
            return ids.flat_values, tf.gather(splits, words.row_splits)

    return InGraphWordPiece()
