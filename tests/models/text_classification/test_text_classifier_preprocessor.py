"""AlbertTextClassifierPreprocessor beside transformers' template for ALBERT."""

import numpy as np
import pytest

from keras_albert import AlbertTextClassifierPreprocessor
from keras_albert.errors import InputError


def test_rows_are_cls_a_sep_b_sep(tokenizer):
    from transformers import AlbertTokenizer as Peer

    first, second = tokenizer.encode(["the first text", "another"])
    x = AlbertTextClassifierPreprocessor(tokenizer, 64)(x=(["the first text"], ["another"]))
    length = len(first) + len(second) + 3
    assert x["padding_mask"].tolist() == [[1] * length + [0] * (64 - length)]
    expected = [2, *first, 3, *second, 3]
    assert x["token_ids"][0, :length].tolist() == expected
    # Pairs keep their segment ids (transformers issue 48128 is about those being dropped).
    peer = Peer(vocab=[(piece, 0.0) for piece in tokenizer.get_vocabulary()])
    types = peer("the first text", "another", return_token_type_ids=True)
    ones = sum(types["token_type_ids"])
    assert ones > 1
    assert x["segment_ids"][0].tolist() == [0] * (len(first) + 2) + [1] * (len(second) + 1) + [
        0
    ] * (64 - length)


def test_long_texts_are_cut(tokenizer, paragraphs):
    x = AlbertTextClassifierPreprocessor(tokenizer, 16)([" ".join(paragraphs[:20])])
    assert x["padding_mask"].all() and x["token_ids"][0, -1] == 3


def test_an_empty_text_is_two_specials(tokenizer):
    x = AlbertTextClassifierPreprocessor(tokenizer, 8)([""])
    np.testing.assert_array_equal(x["token_ids"], [[2, 3, 0, 0, 0, 0, 0, 0]])


def test_bad_settings(tokenizer):
    with pytest.raises(InputError, match="sequence_length=2"):
        AlbertTextClassifierPreprocessor(tokenizer, 2)
    with pytest.raises(InputError, match="truncate"):
        AlbertTextClassifierPreprocessor(tokenizer, truncate="middle")
