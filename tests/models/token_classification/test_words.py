"""Words and windows: every word in a row, answered for once."""

import unicodedata

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_albert import AlbertTokenClassifierPreprocessor
from keras_albert.errors import InputError
from keras_albert.models.token_classification.words import (
    read_sentences,
    split_words,
    word_pieces,
    word_ranges,
)

pytestmark = pytest.mark.once


def test_words_are_ranges_of_characters() -> None:
    text = "  A caf\u00e9,\u6570\u636e\u5e93x1! "
    words = [text[start:end] for start, end in split_words(text)]
    assert words == ["A", "caf\u00e9", ",", "\u6570", "\u636e", "\u5e93", "x1", "!"]
    assert split_words(" \t") == []


def _split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_words(text)]


SCRIPTS = {
    "Jos\u00e9 y \u00c5ngstr\u00f6m": 3,
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e": 2,
    "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd": 2,
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0651\u0629": 1,
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 a\u200db": 2,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd 1\ufe0f\u20e3": 3,
    "\ud55c\uad6d\uc5b4 \u30ac\u30ac \uff76\uff9e": 3,
    "Vi\u1ec7t co\u00adop": 2,
}


@pytest.mark.parametrize("text", SCRIPTS)
def test_words_are_those_of_unicode_in_every_form(text: str) -> None:
    """Against the boundaries of regex, where there are neither signs nor ideographs."""
    for form in ("NFC", "NFD"):
        given = unicodedata.normalize(form, text)
        theirs = [word for word in regex.split(r"(?w)\b", given, flags=regex.V1) if word.strip()]
        assert _split(given) == theirs and len(theirs) == SCRIPTS[text]


def test_thai_without_a_dictionary_is_one_word() -> None:
    assert _split("\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22 \u0e14\u0e35.") == [
        "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
        "\u0e14\u0e35",
        ".",
    ]
    # So is Burmese, whose vowel signs are no letters and stand for themselves in Annex 29.
    burmese = ["\u1019\u103c\u1014\u103a\u1019\u102c", "\u1005\u102c"]
    assert _split(" ".join(burmese)) == burmese


def test_what_shows_nothing_makes_no_word() -> None:
    assert _split("\ufeff\u200f\u05e9\u200f. \u00ada\x00b\u200bc \u200d") == [
        "\u05e9",
        ".",
        "a",
        "b",
        "c",
    ]


# Letters, marks, joiners, emoji, syllables, white space and signs, in any order.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Co"])
    | st.sampled_from(
        "e\u0301\u0308\u05b8\u200d\u200c\u200b\u00ad\U0001f469 \t\r\n-_'1\u0600\u1100\u1161"
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_no_character_is_cut_and_all_that_shows_is_in_a_word(text: str) -> None:
    ranges = split_words(text)
    edges = {0, *(match.end() for match in regex.finditer(r"\X", text))}
    at = 0
    for start, end in ranges:
        assert at <= start < end and end in edges
        # White space with a mark on it is the one cluster that is not whole.
        assert start in edges or text[start - 1].isspace()
        left = text[at:start]
        assert all(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in left)
        assert not text[start].isspace() and not text[end - 1].isspace()
        at = end
    assert all(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in text[at:])


@settings(max_examples=400, deadline=None)
@given(TEXT)
def test_both_forms_of_a_text_have_the_same_words(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    words = [unicodedata.normalize("NFC", word) for word in _split(decomposed)]
    assert words == [unicodedata.normalize("NFC", word) for word in _split(composed)]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_plain_text_is_split_as_any_other(text: str) -> None:
    assert _split(text) == _split(f"{text} \u00e9")[:-1]


def test_both_forms_of_a_text_have_the_same_tags_and_their_own_offsets(tokenizer) -> None:
    text = "Jos\u00e9 met Zo\u00eb."
    found = []
    for form in ("NFC", "NFD"):
        given = unicodedata.normalize(form, text)
        encoded = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32).encode([given])
        found.append(encoded.x["token_ids"].tolist())
        assert [given[a:b] for a, b in encoded.characters[0]] == encoded.words[0]
        assert len(encoded.words[0]) == 4
    assert found[0] == found[1]


@pytest.mark.parametrize("overlap", [0, 3, 9])
def test_windows_part_the_words(overlap: int) -> None:
    rng = np.random.default_rng(overlap)
    for _ in range(200):
        budget = int(rng.integers(10, 20))
        lengths = rng.integers(1, 6, int(rng.integers(1, 60))).tolist()
        ranges = word_ranges(lengths, budget, overlap)
        answered = [word for r in ranges for word in range(r.first, r.last)]
        assert answered == list(range(len(lengths)))
        for one in ranges:
            assert one.start <= one.first <= one.last <= one.end
            assert sum(lengths[one.start : one.end]) <= budget
        if sum(lengths) <= budget:
            assert len(ranges) == 1


def test_a_word_in_the_overlap_is_answered_for_where_it_has_more_context() -> None:
    ranges = word_ranges([1] * 100, 20, 10)
    for word in range(100):
        context = {
            r: min(word - r.start, r.end - 1 - word) for r in ranges if r.start <= word < r.end
        }
        (chosen,) = [r for r in ranges if r.first <= word < r.last]
        assert context[chosen] >= max(context.values()) - 1


def test_a_long_text_takes_no_more_rows_than_it_needs() -> None:
    assert len(word_ranges([1] * 100_000, 500, 100)) == 250


def test_a_word_that_leaves_nothing_is_the_unknown_piece(tokenizer) -> None:
    ((empty, word),) = word_pieces(tokenizer, [["\u200b", "table"]], 30)
    assert empty.tolist() == [tokenizer.unk_token_id]
    np.testing.assert_array_equal(word, tokenizer.encode(["table"])[0])
    assert len(word_pieces(tokenizer, [["a" * 500]], 7)[0][0]) == 7


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("text", "single one"),
        ([], "none"),
        ([["a"], "b"], "Sentence 1 is str"),
        ([["a", 3]], "Word 1 of sentence 0 is int"),
        (5, "int"),
    ],
)
def test_what_is_no_sentence_is_named(bad, message) -> None:
    with pytest.raises(InputError, match=message):
        read_sentences(bad)
