"""What can be told of sentence order without any network: a bag of pieces for each segment."""

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer


def bag_of_words(folder: Path, epochs: int = 2) -> dict[str, Any]:
    """Logistic regression on which pieces stand in which segment, and on their first three.

    It learns from `epochs` passes over the training store and answers the pairs of the held-out
    one.

    Returns:
        "accuracy" and "n" on held-out pairs.
    """
    tokenizer = AlbertTokenizer.load(folder / "vocabulary")
    train = _pairs(folder / "store_train", tokenizer, epochs)
    held_out = _pairs(folder / "store_held_out", tokenizer, 1)
    model = LogisticRegression(C=0.01, max_iter=300).fit(*train)
    return {"accuracy": float(model.score(*held_out)), "n": len(held_out[1])}


def _pairs(
    store: Path, tokenizer: AlbertTokenizer, epochs: int
) -> tuple[scipy.sparse.csr_matrix, np.ndarray]:
    data = PretrainingData(
        TokenStore(store, tokenizer.fingerprint),
        tokenizer,
        sequence_length=64,
        batch_size=64,
        max_predictions=1,
        seed=1,
    )
    size = tokenizer.vocabulary_size()
    rows, labels = [], []
    for number in range(len(data) * epochs):
        x, y, _ = data[number]
        for ids, segments, mask in zip(
            x["token_ids"], x["segment_ids"], x["padding_mask"], strict=True
        ):
            first = ids[(segments == 0) & (mask == 1)][1:-1]
            second = ids[segments == 1][:-1]
            # Four ranges of features: pieces of each segment, and the pieces it starts with.
            rows.append(
                np.concatenate([first, second + size, first[:3] + 2 * size, second[:3] + 3 * size])
            )
        labels.append(y["sentence_order"])
    ends = np.cumsum([0, *map(len, rows)])
    matrix = scipy.sparse.csr_matrix(
        (np.ones(ends[-1]), np.concatenate(rows), ends), shape=(len(rows), 4 * size)
    )
    matrix.sum_duplicates()
    return matrix, np.concatenate(labels)
