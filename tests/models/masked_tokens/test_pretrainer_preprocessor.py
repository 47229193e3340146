"""AlbertPretrainerPreprocessor: what is swapped and masked can be put back."""

import numpy as np
import pytest

from keras_albert import AlbertPretrainerPreprocessor
from keras_albert.errors import InputError


def _restored(outputs):
    x, y, weight = outputs
    token_ids = x["token_ids"].copy()
    rows, places = np.nonzero(weight["masked_tokens"])
    token_ids[rows, x["mask_positions"][rows, places]] = y["masked_tokens"][rows, places]
    return token_ids


def test_a_pair_un_swaps(tokenizer):
    first, second = ["the first text"] * 40, ["another one"] * 40
    outputs = AlbertPretrainerPreprocessor(tokenizer, 32)(x=(first, second))
    labels = outputs[1]["sentence_order"]
    a, b = (ids.tolist() for ids in tokenizer.encode(["the first text", "another one"]))
    for row, label in zip(_restored(outputs), labels, strict=True):
        one, two = (b, a) if label else (a, b)
        expected = [2, *one, 3, *two, 3]
        assert row[: len(expected)].tolist() == expected and not row[len(expected) :].any()
    assert 8 < labels.sum() < 32


@pytest.mark.parametrize("as_lines", [True, False])
def test_a_document_is_cut_between_sentences(tokenizer, as_lines):
    sentences = ["one row", "two tables", "three values", "four types"]
    document = "\n".join(sentences) if as_lines else sentences
    outputs = AlbertPretrainerPreprocessor(tokenizer, 64)([document] * 30)
    pieces = [ids.tolist() for ids in tokenizer.encode(sentences)]
    cuts = {(tuple(sum(pieces[:k], [])), tuple(sum(pieces[k:], []))): k for k in range(1, 4)}
    seen = set()
    for row, label in zip(_restored(outputs), outputs[1]["sentence_order"], strict=True):
        first_sep, last_sep = np.flatnonzero(row == 3)
        a, b = tuple(row[1:first_sep].tolist()), tuple(row[first_sep + 1 : last_sep].tolist())
        seen.add(cuts[(b, a) if label else (a, b)])
    assert seen == {1, 2, 3}


def test_a_document_of_one_sentence(tokenizer):
    with pytest.raises(InputError, match="Document 1 has 1 sentence"):
        AlbertPretrainerPreprocessor(tokenizer, 16)([["a b", "c d"], ["a b"]])
