"""Words and windows: every word in a row, answered for once."""

import numpy as np
import pytest

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
