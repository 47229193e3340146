"""Sentences of words -> the pieces of each word, and windows of whole words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import regex

from keras_albert.errors import InputError

# Ideographs are words of their own, as BERT's tokenization has them; the rest splits at white
# space, and every sign that is neither letter, digit nor underscore stands alone.
_IDEOGRAPHS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_ASCII_WORDS = re.compile(r"\w+|[^\w\s\x00-\x1f\x7f]", re.ASCII)
# What a reader sees as one character: a letter with its marks, an emoji joined of several (Unicode
# Standard Annex 29).
_GRAPHEMES = regex.compile(r"\X")
_ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True)
class WordRange:
    """Which words a row holds, and for which of them it answers.

    Attributes:
        start: number of the first word in the row.
        end: number of the word after the last.
        first: number of the first word it answers for; the others are there as context.
        last: number of the word after the last that it answers for.
    """

    start: int
    end: int
    first: int
    last: int


def split_words(text: str) -> list[tuple[int, int]]:
    """The words of a text as ranges of its characters.

    A mark belongs to its letter, and nothing that is read as one character is cut (Unicode Standard
    Annex 29), so that a text in composed and in decomposed form has the same words. Characters
    that show nothing (soft hyphens, marks of direction) do not cut a word, and make none.

    >>> text = "It's 3.5 \u6570\u636e."
    >>> [text[start:end] for start, end in split_words(text)]
    ['It', "'", 's', '3', '.', '5', '\u6570', '\u636e', '.']
    >>> [start for start, _ in split_words("Jose\u0301 y Ana")]
    [0, 6, 8]
    """
    if text.isascii():
        return [match.span() for match in _ASCII_WORDS.finditer(text)]
    ranges: list[tuple[int, int]] = []
    # Whether a word may go on, after the last range.
    open_word = False
    for match in _GRAPHEMES.finditer(text):
        start, end = match.span()
        base = start
        # White space with a mark on it: the mark stands alone. What prepends has its letter behind.
        while base < end and (text[base].isspace() or _is_unseen(text[base])):
            base += 1
        if base == end:
            if any(c.isspace() or c == _ZERO_WIDTH_SPACE for c in match.group()) or _is_control(
                text[start]
            ):
                open_word = False
            continue
        start = start if not text[start].isspace() else base
        letter = _is_letter(text[base])
        ideograph = bool(_IDEOGRAPHS.match(text[base]))
        if letter and not ideograph and open_word and start == match.start():
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
        open_word = letter and not ideograph
    return ranges


def _is_letter(character: str) -> bool:
    """Whether a character makes words: letters, digits, the underscore; and marks without any."""
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc")


def word_pieces(
    tokenizer: Any, sentences: Sequence[Sequence[str]], most: int
) -> list[list[np.ndarray]]:
    """The ids of each word, every word encoded on its own.

    A word of which the tokenizer leaves nothing (a control character, white space) becomes the
    unknown piece, so that every word has a place in the row.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sentences: B lists of words.
        most: pieces a word at most; the rest is left out.

    Returns:
        B lists of int32 arrays.
    """
    flat = [word for sentence in sentences for word in sentence]
    unknown = np.array([tokenizer.unk_token_id], np.int32)
    encoded = iter(tokenizer.encode(flat) if flat else [])
    pieces: list[list[np.ndarray]] = []
    for sentence in sentences:
        ids = [next(encoded)[:most] for _ in sentence]
        pieces.append([one if len(one) else unknown for one in ids])
    return pieces


def word_ranges(lengths: Sequence[int], budget: int, overlap: int = 0) -> list[WordRange]:
    """Cuts a sentence into rows of whole words.

    Where it fits, there is one row. Else rows overlap by about `overlap` tokens, and the words in
    the overlap are answered for by the row that has more tokens on their shorter side.

    Args:
        lengths: tokens of each word, none above `budget`.
        budget: the tokens that fit in a row.
        overlap: tokens that consecutive rows share; below `budget`.

    Returns:
        Rows in order; `first` and `last` of all of them part the words.

    >>> [(r.start, r.end, r.first, r.last) for r in word_ranges([1] * 10, 6, 2)]
    [(0, 6, 0, 5), (4, 10, 5, 10)]
    """
    if not lengths:
        return []
    ends = np.cumsum(lengths)
    starts = ends - np.asarray(lengths)
    spans: list[tuple[int, int]] = []
    start = 0
    while True:
        end = int(np.searchsorted(ends, starts[start] + budget, side="right"))
        spans.append((start, end))
        if end >= len(lengths):
            break
        # Back by the overlap, but always on by a word.
        back = int(np.searchsorted(starts, ends[end - 1] - overlap, side="left"))
        start = min(max(back, start + 1), end)
    ranges = []
    first = 0
    for number, (start, end) in enumerate(spans):
        last = end
        if number + 1 < len(spans):
            # The middle of what both rows hold.
            shared = spans[number + 1][0]
            middle = (starts[shared] + ends[end - 1]) / 2
            last = max(int(np.searchsorted(starts, middle, side="left")), shared, first)
        ranges.append(WordRange(start, end, first, last))
        first = last
    return ranges


def read_sentences(x: Any) -> tuple[list[list[str]], list[list[tuple[int, int]]] | None]:
    """Reads sentences of words, or texts, which are split into words.

    Args:
        x: B lists of words, or B texts.

    Returns:
        B lists of words; and, for texts, the range of characters of each word.

    Raises:
        InputError: there are none, or something is no text; its number is named.

    >>> read_sentences([["A", "table"]])
    ([['A', 'table']], None)
    >>> read_sentences(["A table"])
    ([['A', 'table']], [[(0, 1), (2, 7)]])
    """
    if isinstance(x, str | bytes):
        raise InputError("Expected a list of sentences or texts; for a single one, pass [text].")
    if hasattr(x, "tolist"):
        x = x.tolist()
    if not isinstance(x, list | tuple) or not x:
        raise InputError(
            "Expected a list of sentences, each a list of words, or a list of texts; got "
            f"{'none' if isinstance(x, list | tuple) else type(x).__name__}."
        )
    if all(isinstance(text, str) for text in x):
        ranges = [split_words(text) for text in x]
        words = [[t[a:b] for a, b in spans] for t, spans in zip(x, ranges, strict=True)]
        return words, ranges
    sentences: list[list[str]] = []
    for number, sentence in enumerate(x):
        if not isinstance(sentence, list | tuple):
            raise InputError(
                f"Sentence {number} is {type(sentence).__name__}; expected a list of words, as "
                "the others are."
            )
        for place, word in enumerate(sentence):
            if not isinstance(word, str):
                raise InputError(
                    f"Word {place} of sentence {number} is {type(word).__name__}, not a string."
                )
        sentences.append(list(sentence))
    return sentences, None
