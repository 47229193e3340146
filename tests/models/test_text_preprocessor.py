"""The classifier's and the embedder's preprocessor make the same rows."""

import numpy as np

from keras_albert import AlbertTextClassifierPreprocessor, AlbertTextEmbedderPreprocessor


def test_the_same_rows_from_both(tokenizer):
    texts = (["The first text.", ""], ["another", "b"])
    rows = [
        made(tokenizer, 16)(x=texts)
        for made in (AlbertTextClassifierPreprocessor, AlbertTextEmbedderPreprocessor)
    ]
    assert set(rows[0]) == {"token_ids", "segment_ids", "padding_mask"}
    for name, values in rows[0].items():
        np.testing.assert_array_equal(np.asarray(values), np.asarray(rows[1][name]))
