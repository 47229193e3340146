"""AlbertMaskedLMPreprocessor: what is masked can be put back."""

import numpy as np

from keras_albert import AlbertMaskedLMPreprocessor, AlbertTextClassifierPreprocessor


def test_labels_restore_the_text(tokenizer, paragraphs):
    texts = paragraphs[:60]
    plain = AlbertTextClassifierPreprocessor(tokenizer, 48)(texts)
    x, y, weight = AlbertMaskedLMPreprocessor(tokenizer, 48)(texts)
    restored = x["token_ids"].copy()
    rows, places = np.nonzero(weight)
    restored[rows, x["mask_positions"][rows, places]] = y[rows, places]
    np.testing.assert_array_equal(restored, plain["token_ids"])
    np.testing.assert_array_equal(x["padding_mask"], plain["padding_mask"])
    assert y.shape == (60, 7)  # round(48 * 0.15)
    assert not np.isin(y[rows, places], tokenizer.special_token_ids).any()
    assert not x["mask_positions"][weight == 0].any()
    # BERT section 3.1: 15% of tokens, 80% of them [MASK].
    share = weight.sum() / plain["padding_mask"].sum()
    assert 0.11 < share < 0.16
    masked = np.mean(x["token_ids"][rows, x["mask_positions"][rows, places]] == 4)
    assert 0.7 < masked < 0.9
