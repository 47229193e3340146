"""Labels stand on the first piece of each word, and come back from there."""

import numpy as np
import pytest

from keras_albert import AlbertTokenClassifierPreprocessor, InputError

pytestmark = pytest.mark.once
SENTENCES = [["Tables", "hold", "unquestionable", "rows", "."], ["Yes"]]


def test_a_row_is_the_words_pieces(tokenizer) -> None:
    preprocessor = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32)
    x, y, weights = preprocessor(SENTENCES, [[1, 2, 3, -1, 0], [4]])
    pieces = [tokenizer.encode([word])[0].tolist() for word in SENTENCES[0]]
    flat = [id for ids in pieces for id in ids]
    row = [tokenizer.cls_token_id, *flat, tokenizer.sep_token_id]
    assert x["token_ids"][0, : len(row)].tolist() == row
    assert x["padding_mask"].sum(axis=1).tolist() == [
        len(row),
        2 + len(tokenizer.encode(["Yes"])[0]),
    ]
    firsts = np.cumsum([1, *map(len, pieces[:-1])])
    expected = np.zeros((2, 32), int)
    expected[0, firsts] = [1, 2, 3, 0, 0]
    expected[1, 1] = 4
    np.testing.assert_array_equal(y, expected)
    assert set(np.flatnonzero(weights[0])) == set(firsts) - {firsts[3]}


def test_long_sentences_become_rows_that_count_each_word_once(tokenizer) -> None:
    words = (["table", "of", "unquestionable", "rows"] * 30)[:101]
    preprocessor = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=20)
    encoded = preprocessor.encode([words, [], ["one"]])
    labels = np.arange(len(words)).tolist()
    y, weights = encoded.labels([labels, [], [7]])
    assert sorted(y[weights == 1].tolist()) == sorted([*labels, 7])
    # What a model says at each place, here the place's label, comes back in the words' order.
    back = encoded.of_words(y[..., None])
    assert back[0][:, 0].tolist() == labels
    assert (len(back[1]), back[2].tolist()) == (0, [[7]])


def test_words_that_were_cut_are_reported(tokenizer) -> None:
    preprocessor = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=6)
    with pytest.warns(UserWarning, match="words of 1 sentences stand beyond"):
        _, _, weights = preprocessor([["a"] * 9, ["a"]], [[0] * 9, [0]])
    assert weights.sum() == 4 + 1
    assert preprocessor(["a b c d e f"])["token_ids"].shape == (1, 6)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([[1]], "2 sentences and labels of 1"),
        ([[1], [2]], "5 words and 1 labels"),
        ([[1] * 5, "N"], "list of numbers"),
        ([[1, 2, 3, 4, "N"], [1]], "label 'N'"),
    ],
)
def test_labels_that_do_not_fit_are_named(tokenizer, labels, message) -> None:
    with pytest.raises(InputError, match=message):
        AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32)(SENTENCES, labels)


def test_a_wrong_overlap_is_refused(tokenizer) -> None:
    with pytest.raises(InputError, match="overlap=30"):
        AlbertTokenClassifierPreprocessor(tokenizer, sequence_length=32, overlap=30)
