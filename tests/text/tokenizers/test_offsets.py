"""Pieces traced back to the characters they come from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.text import AlbertTokenizer, normalize
from keras_albert.text.tokenizers.offsets import piece_offsets
from tests.text.hostile import HOSTILE, random_texts

WORD_MARK = "\u2581"


def check(tokenizer: AlbertTokenizer, text: str) -> None:
    """What a piece shows is what the normalisation makes of its range of the text."""
    encoding = tokenizer.encode_with_offsets(text)
    assert encoding.ids.tolist() == tokenizer.encode([text])[0].tolist()
    assert len(encoding.ids) == len(encoding.pieces) == len(encoding.offsets)
    assert encoding.offsets.shape == (len(encoding.ids), 2)
    joined = "".join(encoding.pieces)
    assert joined.removeprefix(WORD_MARK) == normalize(text).replace(" ", WORD_MARK)
    previous_start = 0
    for piece, (start, end) in zip(encoding.pieces, encoding.offsets.tolist(), strict=True):
        assert previous_start <= start <= end <= len(text)
        previous_start = start
        original = text[start:end]
        assert original == original.rstrip()
        shown = piece.strip(WORD_MARK).replace(WORD_MARK, " ")
        if not shown:
            assert not normalize(original)
        elif normalize(original) != shown:
            # One character became several, and the piece ends or begins among them.
            assert shown in normalize(original)
            assert any(len(normalize(character)) > 1 for character in original)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  Caf\u00e9 is open", ["The", "Caf\u00e9", "is", "open"]),
        ("The Cafe\u0301 is open", ["The", "Cafe\u0301", "is", "open"]),
        ("\u4e2d\u6587 tables", ["\u4e2d\u6587", "tables"]),
        ("\U0001f600 \U0001d54bables", ["\U0001f600", "\U0001d54bables"]),
        ("of\ufb01ces \u2075", ["of\ufb01ces", "\u2075"]),
        ("  tables  ", ["tables"]),
        ("tables,\u00a0\tqueries\n", ["tables,", "queries"]),
        ("\ufeffT\u0323\u0307ables\u200brows", ["T\u0323\u0307ables", "rows"]),
        ("", []),
    ],
)
def test_words_are_found_in_the_original(
    tokenizer: AlbertTokenizer, text: str, words: list[str]
) -> None:
    encoding = tokenizer.encode_with_offsets(text)
    ranges: list[list[int]] = []
    for piece, (start, end) in zip(encoding.pieces, encoding.offsets.tolist(), strict=True):
        if piece.startswith(WORD_MARK):
            ranges.append([start, end])
        ranges[-1][1] = end
    assert [text[start:end] for start, end in ranges] == words


def test_the_manual(tokenizer: AlbertTokenizer, paragraphs: list[str]) -> None:
    for text in paragraphs[::23]:
        check(tokenizer, text)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_texts(tokenizer: AlbertTokenizer, text: str) -> None:
    check(tokenizer, text)


def test_random_texts(tokenizer: AlbertTokenizer) -> None:
    for text in random_texts(3000, seed=3):
        check(tokenizer, text)


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text(tokenizer: AlbertTokenizer, text: str) -> None:
    check(tokenizer, text)


def test_a_ligature_cut_in_two_belongs_to_both_pieces() -> None:
    offsets = piece_offsets("\ufb01x", "fix", [0, 0, 1, 2], ["f", "ix"])
    assert offsets.tolist() == [[0, 1], [0, 2]]


def test_the_digit_comma_rule_keeps_offsets(digit_tokenizer: AlbertTokenizer) -> None:
    text = "In 1,000 or 12, 13, or\u00a01, rows"
    encoding = digit_tokenizer.encode_with_offsets(text)
    commas = [
        text[a:b]
        for piece, (a, b) in zip(encoding.pieces, encoding.offsets, strict=True)
        if piece == ","
    ]
    assert commas == [","] * text.count(",")
    check(digit_tokenizer, text)
