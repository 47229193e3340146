"""Rules about pieces against Google's code."""

import numpy as np
import pytest

from keras_albert.text import AlbertTokenizer
from keras_albert.text.pieces import (
    apply_table,
    digit_comma_table,
    is_word_start,
    word_starts,
)


def google_is_start_piece(piece: str) -> bool:
    """`_is_start_piece_sp` of google-research/albert, create_pretraining_data.py, in Python 3."""
    special_pieces = set('!"#$%&"()*+,-./:;?@[\\]^_`{|}~')
    special_pieces.add("\u20ac")
    special_pieces.add("\u00a3")
    english_chars = set("abcdefghijklmnopqrstuvwxyz")
    return bool(
        piece.startswith("\u2581")
        or piece.startswith("<")
        or piece in special_pieces
        or not all(i.lower() in english_chars.union(special_pieces) for i in piece)
    )


def test_word_starts_are_googles(tokenizer: AlbertTokenizer) -> None:
    pieces = tokenizer.get_vocabulary() + ["'s", "=", "<s>", "1st", "A", "\u4e2d", "a.", ").", ""]
    for piece in pieces:
        assert is_word_start(piece) == google_is_start_piece(piece), piece


def test_special_pieces_are_words_of_their_own() -> None:
    pieces = ["<pad>", "[MASK]", "\u2581a", "b"]
    assert word_starts(pieces).tolist() == [True, False, True, False]
    starts = word_starts(pieces, special_ids=[0, 1])
    assert starts.tolist() == [True, True, True, False]
    assert starts.dtype == np.bool_


def test_digit_comma_table_by_hand() -> None:
    pieces = ["\u2581", "1,", "\u25811,", ",", "1", "\u25811", "12,", "a,"]
    encoded = {"1": ["\u25811"], "12": ["\u2581", "1", "2"]}
    ids = {piece: index for index, piece in enumerate(pieces)}
    lengths, rows = digit_comma_table(pieces, encoded.__getitem__, lambda p: ids.get(p, 99))
    assert lengths.tolist() == [1, 2, 2, 1, 1, 1, 3, 1]
    replaced = apply_table(np.array([1, 2, 6, 7], np.int32), lengths, rows)
    # `1,` had no word mark, so its first part loses the one that encoding gave it.
    assert replaced.tolist() == [4, 3, 5, 3, 4, 99, 3, 7]
    assert apply_table(np.array([], np.int32), lengths, rows).tolist() == []


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_a_table_without_replacements_changes_nothing(dtype: type) -> None:
    lengths, rows = digit_comma_table(["a", "b"], lambda text: [text], lambda piece: 0)
    assert apply_table(np.array([1, 0, 1], dtype), lengths, rows).tolist() == [1, 0, 1]
