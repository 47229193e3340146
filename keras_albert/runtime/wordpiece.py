"""BERT's basic tokenization and WordPiece, as Google's code for ALBERT has them.

This file imports nothing but Python: it also serves beside an exported model, where there is no
Keras.

Basic tokenization works here on one character at a time (`basic_character`), so that a TensorFlow
graph can do the same by a table. The one thing of Google's that is lost: Python's `str.lower`
writes a capital sigma at the end of a word as U+03C2, a map of single characters as U+03C3, which
is what transformers does too.

Source: google-research/albert, `tokenization.py`, `BasicTokenizer` and `WordpieceTokenizer`.
"""

import unicodedata
from collections.abc import Sequence

SUFFIX = "##"
"""What stands in front of a piece that continues a word."""

MAX_WORD_CHARACTERS = 200
"""A longer word is unknown as a whole (Google's `max_input_chars_per_word`)."""

CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""First and last of the blocks of Chinese characters, without kana (`_is_chinese_char`)."""

# What is no letter, digit or space of ASCII counts as punctuation, Unicode's symbols too.
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_KEPT_WORDS = 1 << 17


def is_chinese(character: str) -> bool:
    """Whether a character is always a word of its own."""
    point = ord(character)
    return any(first <= point <= last for first, last in CHINESE)


def is_punctuation(character: str) -> bool:
    """Whether a character splits words and is one itself."""
    return character in _ASCII_PUNCTUATION or unicodedata.category(character)[0] == "P"


def basic_character(character: str, lowercase: bool = True, strip_accents: bool = True) -> str:
    """What basic tokenization makes of one character; words are then what spaces divide.

    Control and invisible formatting characters (Cc, Cf), U+0000 and U+FFFD leave nothing, all
    white space is a space, a Chinese character or a punctuation mark stands between spaces.

    Args:
        character: any but a surrogate.
        lowercase: write it in lower case.
        strip_accents: decompose it (NFD) and drop the marks (Mn).

    >>> [basic_character(character) for character in "\\u00c9,\\t\\u4e2d"]
    ['e', ' , ', ' ', ' \u4e2d ']
    """
    category = unicodedata.category(character)
    if character in "\t\n\r" or category[0] == "Z":
        return " "
    if character in "\0\ufffd" or category in ("Cc", "Cf"):
        return ""
    parts = character.lower() if lowercase else character
    if strip_accents:
        decomposed = unicodedata.normalize("NFD", parts)
        parts = "".join(part for part in decomposed if unicodedata.category(part) != "Mn")
    parts = "".join(f" {part} " if is_punctuation(part) else part for part in parts)
    return f" {parts} " if is_chinese(character) else parts


def read_pieces(content: bytes) -> list[str]:
    """The pieces of a `vocab.txt`: one a line, its id the number of the line, from 0.

    White space around a piece is dropped. A blank line keeps its id and no text yields it; blank
    lines at the end are none.

    Raises:
        ValueError: the bytes are not UTF-8 text.

    >>> read_pieces(b"[PAD]\\n##s\\r\\n\\n")
    ['[PAD]', '##s']
    """
    if b"\0" in content:
        raise ValueError("the vocabulary is not text: it holds zero bytes")
    lines = content.decode("utf-8-sig").split("\n")
    pieces = [line.strip() for line in lines]
    while pieces and not pieces[-1]:
        pieces.pop()
    return pieces


class _Characters(dict[int, str]):
    """`basic_character` as a table for `str.translate`, filled as characters come up."""

    def __init__(self, lowercase: bool, strip_accents: bool) -> None:
        self._options = lowercase, strip_accents

    def __missing__(self, point: int) -> str:
        if 0xD800 <= point < 0xE000:
            raise ValueError(f"a lone surrogate (U+{point:04X}) is not a character")
        self[point] = found = basic_character(chr(point), *self._options)
        return found


class WordPiece:
    """Turns texts into ids of a WordPiece vocabulary.

    Args:
        pieces: the V pieces, by id; where one occurs twice, the first counts.
        lowercase: see `basic_character`.
        strip_accents: see `basic_character`.
        max_word_characters: a longer word is unknown.
        unknown: the piece for words that the vocabulary cannot write.

    Raises:
        ValueError: the vocabulary lacks the unknown piece.

    >>> vocabulary = WordPiece(["[UNK]", "play", "##ing", "\u68cb", "."])
    >>> vocabulary.encode("Playing \u68cb.")
    [1, 2, 3, 4]
    """

    def __init__(
        self,
        pieces: Sequence[str],
        *,
        lowercase: bool = True,
        strip_accents: bool = True,
        max_word_characters: int = MAX_WORD_CHARACTERS,
        unknown: str = "[UNK]",
    ) -> None:
        self.pieces = list(pieces)
        self.lowercase = lowercase
        self.strip_accents = strip_accents
        self.max_word_characters = max_word_characters
        self._ids = {piece: i for i, piece in reversed(list(enumerate(self.pieces)))}
        if unknown not in self._ids:
            raise ValueError(f"the vocabulary has no piece {unknown}")
        self.unknown_id = self._ids[unknown]
        self._longest = max(map(len, self.pieces))
        self._characters = _Characters(lowercase, strip_accents)
        self._known_words: dict[str, list[int]] = {}

    def words(self, text: str) -> list[str]:
        """The words of basic tokenization.

        Raises:
            ValueError: the text holds a lone surrogate.
        """
        return text.translate(self._characters).split()

    def encode(self, text: str) -> list[int]:
        """The ids of a text.

        Raises:
            ValueError: the text holds a lone surrogate.
        """
        known = self._known_words
        ids: list[int] = []
        for word in text.translate(self._characters).split():
            found = known.get(word)
            ids += self._remembered(word) if found is None else found
        return ids

    def encode_with_offsets(self, text: str) -> tuple[list[int], list[str], list[tuple[int, int]]]:
        """The ids of a text, their surface pieces and the characters they come from.

        Returns:
            n ids; n pieces, an unknown word as it reads after basic tokenization; n half-open
            ranges of characters of `text`. A mark that was dropped belongs to the letter before
            it; where one character was written as several, each has that character's range.

        Raises:
            ValueError: the text holds a lone surrogate.
        """
        ids: list[int] = []
        surfaces: list[str] = []
        offsets: list[tuple[int, int]] = []
        letters: list[str] = []
        ranges: list[tuple[int, int]] = []

        def end_word() -> None:
            word = "".join(letters)
            at = 0
            for index in self.word_ids(word) if word else ():
                piece = self.pieces[index]
                if index == self.unknown_id:
                    surface, length = word, len(word)
                else:
                    surface, length = piece, len(piece) - (len(SUFFIX) if at else 0)
                ids.append(index)
                surfaces.append(surface)
                offsets.append((ranges[at][0], ranges[at + length - 1][1]))
                at += length
            letters.clear()
            ranges.clear()

        for place, character in enumerate(text):
            written = self._characters[ord(character)]
            if not written and ranges and unicodedata.category(character) == "Mn":
                ranges[-1] = ranges[-1][0], place + 1
            for letter in written:
                if letter == " ":
                    end_word()
                else:
                    letters.append(letter)
                    ranges.append((place, place + 1))
        end_word()
        return ids, surfaces, offsets

    def word_ids(self, word: str) -> list[int]:
        """The ids of one word: the longest piece that fits, then the longest that continues it.

        A word that cannot be written to its end is unknown as a whole.
        """
        if len(word) > self.max_word_characters:
            return [self.unknown_id]
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = SUFFIX if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                index = self._ids.get(prefix + word[start:end])
                if index is not None:
                    break
            else:
                return [self.unknown_id]
            ids.append(index)
            start = end
        return ids

    def _remembered(self, word: str) -> list[int]:
        if len(self._known_words) >= _KEPT_WORDS:
            self._known_words.clear()
        self._known_words[word] = ids = self.word_ids(word)
        return ids
