"""Basic tokenization and WordPiece against Google's code and the tokenizers library."""

import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from keras_albert.runtime import wordpiece as module
from keras_albert.runtime.wordpiece import WordPiece, basic_character, read_pieces
from tests.text.google_wordpiece import basic_tokens, google_tokens, wordpieces
from tests.text.hostile import HOSTILE, assigned_code_points, random_texts

PIECES = ["[PAD]", "[UNK]", "play", "##ing", "##ed", "p", "##l", "\u68cb", ",", "#"]


@pytest.fixture(scope="module")
def bare() -> WordPiece:
    return WordPiece(["[UNK]"])


def test_every_code_point_is_treated_as_google_does(bare: WordPiece) -> None:
    """Between two letters."""
    characters = list(assigned_code_points())
    for start in range(0, len(characters), 512):
        text = "q".join(["", *characters[start : start + 512], ""])
        assert bare.words(text) == basic_tokens(text)


def test_words_are_googles_on_hostile_and_random_text(bare: WordPiece) -> None:
    texts = HOSTILE + random_texts(10_000, seed=11)
    sigmas = 0
    for text in texts:
        expected = basic_tokens(text)
        if any("\u03c2" in word for word in expected) and "\u03a3" in text:
            # The one thing of Google's that is lost: a capital sigma that ends a word.
            expected = [word.replace("\u03c2", "\u03c3") for word in expected]
            sigmas += 1
        assert bare.words(text) == expected
    assert 0 < sigmas < 20


def test_without_lower_case(bare: WordPiece) -> None:
    cased = WordPiece(["[UNK]"], lowercase=False, strip_accents=False)
    for text in HOSTILE + random_texts(3_000, seed=12):
        assert cased.words(text) == basic_tokens(text, lower=False)
    assert WordPiece(["[UNK]"], strip_accents=False).words("\u00c9t\u00e9") == ["\u00e9t\u00e9"]
    assert WordPiece(["[UNK]"], lowercase=False).words("\u00c9t\u00e9") == ["Ete"]


def test_where_the_tokenizers_library_differs_character_by_character(bare: WordPiece) -> None:
    """It drops private characters, sets 256 Chinese ones apart less, and has older tables."""
    from tokenizers import normalizers, pre_tokenizers

    normalizer = normalizers.BertNormalizer(lowercase=True)
    splitter = pre_tokenizers.BertPreTokenizer()

    def words(text: str) -> list[str]:
        return [word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]

    different: Counter[str] = Counter()
    characters = list(assigned_code_points())
    for start in range(0, len(characters), 512):
        block = characters[start : start + 512]
        text = "q".join(["", *block, ""])
        if words(text) != bare.words(text):
            for character in block:
                if words(f"q{character}q") != bare.words(f"q{character}q"):
                    kind = unicodedata.category(character)
                    kind = "Ext E" if 0x2B820 <= ord(character) < 0x2B920 else kind
                    different[kind] += 1
    assert different.pop("Co") == 6_400 + 512  # all private characters there are among these
    assert different.pop("Ext E") == 256  # it begins that block at U+2B920
    # Marks, punctuation and formatting characters of newer versions of Unicode than its tables.
    assert sum(different.values()) < 1_500
    assert set(different) <= {"Mn", "Mc", "Po", "Ps", "Pe", "Pd", "Cf", "So", "Cn", "Lu", "Ll"}


def test_pieces_are_the_longest_that_fit() -> None:
    vocabulary = WordPiece(PIECES)
    for word in ["playing", "played", "plays", "pl", "play", "p", "l", "x", "#", "plplay"]:
        expected = wordpieces(word, set(PIECES))
        assert [PIECES[index] for index in vocabulary.word_ids(word)] == expected
    text = "Playing \u68cb\u68cb, PLAYED ##ing [PAD] xp"
    expected = google_tokens(text, set(PIECES))
    assert [PIECES[index] for index in vocabulary.encode(text)] == expected
    assert vocabulary.encode(text) == vocabulary.encode(text)  # from what is remembered


def test_a_word_of_more_than_200_characters_is_unknown() -> None:
    vocabulary = WordPiece(["[UNK]", "a", "##a", "\U0001f600", "##\U0001f600"])
    for letter, first in [("a", 1), ("\U0001f600", 3)]:
        assert vocabulary.encode(letter * 200) == [first] + [first + 1] * 199
        assert vocabulary.encode(letter * 201) == [0]
    short = WordPiece(["[UNK]", "a", "##a"], max_word_characters=2)
    assert short.encode("aa aaa") == [1, 2, 0]


def test_offsets_are_those_of_the_tokenizers_library(
    chinese_vocabulary: Path, chinese_paragraphs: list[str], paragraphs: list[str]
) -> None:
    from tokenizers import BertWordPieceTokenizer

    pieces = read_pieces((chinese_vocabulary / "vocab.txt").read_bytes())
    vocabulary = WordPiece(pieces)
    other = BertWordPieceTokenizer({piece: i for i, piece in enumerate(pieces)}, lowercase=True)
    texts = [
        *chinese_paragraphs[:60],
        *paragraphs[::200],
        "\u00c9t\u00e9, na\u00efve\t \u4e2d x\u200by",
    ]
    for text in texts:
        ids, surfaces, offsets = vocabulary.encode_with_offsets(text)
        expected = other.encode(text, add_special_tokens=False)
        assert ids == vocabulary.encode(text) == expected.ids
        assert offsets == expected.offsets
        assert len(surfaces) == len(ids)


def test_offsets_of_marks_and_unknown_words() -> None:
    vocabulary = WordPiece(["[UNK]", "ca", "##fe", "!"])
    ids, surfaces, offsets = vocabulary.encode_with_offsets(" cafe\u0301! \u4e2dXY")
    assert ids == [1, 2, 3, 0, 0]
    assert surfaces == ["ca", "##fe", "!", "\u4e2d", "xy"]
    assert offsets == [(1, 3), (3, 6), (6, 7), (8, 9), (9, 11)]


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="no piece .UNK."):
        WordPiece(["a"])
    with pytest.raises(ValueError, match="surrogate .U.D800"):
        WordPiece(["[UNK]"]).encode("a\ud800")
    with pytest.raises(ValueError):
        read_pieces(b"[UNK]\n\xff\xfe")
    with pytest.raises(ValueError, match="zero bytes"):
        read_pieces(b"[UNK]\n\0")


def test_pieces_are_read_line_by_line() -> None:
    content = "\ufeff[PAD]\r\n a \n\n\u2028\nb\n\n\n".encode()
    assert read_pieces(content) == ["[PAD]", "a", "", "", "b"]
    assert read_pieces(b"") == []
    assert basic_character("\u2028") == " "


def test_it_needs_nothing_but_python() -> None:
    code = (
        f"import runpy, sys; runpy.run_path({module.__file__!r})\n"
        "print([name for name in ('numpy', 'keras', 'sentencepiece') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr
