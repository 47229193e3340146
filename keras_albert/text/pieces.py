"""What follows from a vocabulary's pieces alone: word starts, and the digits-and-comma rule."""

from collections.abc import Callable, Sequence

import numpy as np

WORD_MARK = "\u2581"
"""SentencePiece's mark for a space, at the start of a piece that begins a word."""

CONTROL_PIECES = ("[CLS]", "[SEP]", "[MASK]")
"""Ids 2, 3 and 4. Control pieces, so that no text can produce them (Google's choice)."""

USER_SYMBOLS = ("(", ")", '"', "-", ".", "\u2013", "\u00a3", "\u20ac")
"""Characters that are always pieces of their own (Google's list)."""

_LISTED = frozenset('!"#$%&()*+,-./:;?@[\\]^_`{|}~\u20ac\u00a3')
_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


def is_word_start(piece: str) -> bool:
    """Whether a piece begins a word, by Google's rule for SentencePiece.

    A piece begins a word when it starts with the word mark or with `<`, when it is one of the
    listed punctuation marks, or when it holds a character that is neither an ASCII letter nor
    listed. The apostrophe and `=` and `>` are not listed, so they begin words by the last clause
    (google-research/albert, `create_pretraining_data.py`, `_is_start_piece_sp`).

    >>> [is_word_start(piece) for piece in ("\\u2581the", "ing", ",", "'", "7", "a,")]
    [True, False, True, True, True, False]
    """
    return (
        piece.startswith((WORD_MARK, "<"))
        or piece in _LISTED
        or not all(character.lower() in _ASCII_LETTERS | _LISTED for character in piece)
    )


def word_starts(pieces: Sequence[str], special_ids: Sequence[int] = ()) -> np.ndarray:
    """`is_word_start` for a whole vocabulary.

    Args:
        pieces: the V pieces, by id.
        special_ids: ids that count as words of their own whatever they are spelled like.

    Returns:
        bool [V].
    """
    starts = np.array([is_word_start(piece) for piece in pieces], dtype=np.bool_)
    starts[list(special_ids)] = True
    return starts


def digit_comma_table(
    pieces: Sequence[str],
    encode_as_pieces: Callable[[str], list[str]],
    piece_to_id: Callable[[str], int],
) -> tuple[np.ndarray, np.ndarray]:
    """Google's rule for a piece that ends in a digit and a comma, as a table over the vocabulary.

    The piece without its comma is encoded again, without the word mark unless it had one, and the
    comma becomes a piece of its own: `\\u25811,` becomes `\\u25811` and `,`
    (google-research/albert, `tokenization.py`, `encode_pieces`).

    Args:
        pieces: the V pieces, by id.
        encode_as_pieces: a text to its pieces.
        piece_to_id: a piece to its id, that of `<unk>` for a stranger.

    Returns:
        lengths int32 [V]: by how many ids each id is replaced, 1 for those that stay.
        replacements int32 [V, W]: those ids, padded with 0 to the longest, W.
    """
    rows: list[list[int]] = []
    for index, piece in enumerate(pieces):
        if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
            parts = encode_as_pieces(piece[:-1].replace(WORD_MARK, ""))
            if piece[0] != WORD_MARK and parts[0].startswith(WORD_MARK):
                parts = parts[1:] if parts[0] == WORD_MARK else [parts[0][1:], *parts[1:]]
            rows.append([piece_to_id(part) for part in [*parts, ","]])
        else:
            rows.append([index])
    lengths = np.array([len(row) for row in rows], dtype=np.int32)
    replacements = np.zeros((len(rows), int(lengths.max())), dtype=np.int32)
    for index, row in enumerate(rows):
        replacements[index, : len(row)] = row
    return lengths, replacements


def apply_table(ids: np.ndarray, lengths: np.ndarray, replacements: np.ndarray) -> np.ndarray:
    """Replaces each id by its row of the table: int32 [T] to int32 [T']."""
    chosen = replacements[ids]
    return np.asarray(chosen[np.arange(chosen.shape[1]) < lengths[ids][:, None]])
