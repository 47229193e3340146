"""`[MASK]` in texts: where it stands in the row, and what is likeliest there."""

import numpy as np
import pytest
import scipy.special

from keras_albert import InputError
from keras_albert.models.masked_tokens.mask_filling import likeliest, masked_rows

pytestmark = pytest.mark.once


def test_a_mask_is_a_piece_between_texts(tokenizer) -> None:
    x = masked_rows(tokenizer, ["The [MASK] holds [MASK].", "[MASK]"], 32)
    parts = [tokenizer.encode([part])[0].tolist() for part in ("The ", " holds ", ".")]
    mask, sep = tokenizer.mask_token_id, tokenizer.sep_token_id
    row = [tokenizer.cls_token_id, *parts[0], mask, *parts[1], mask, *parts[2], sep]
    assert x["token_ids"][0, : len(row)].tolist() == row
    first = 1 + len(parts[0])
    assert x["mask_positions"].tolist() == [[first, first + 1 + len(parts[1])], [1, 0]]


def test_the_likeliest_tokens_are_those_of_the_softmax(tokenizer) -> None:
    logits = np.random.default_rng(0).normal(0, 3, (1, 2, 500))
    (masks,) = likeliest(tokenizer, logits, np.array([[4, 0]]), 3)
    assert len(masks) == 1
    expected = scipy.special.softmax(logits[0, 0])
    best = np.argsort(-expected)[:3]
    assert [token["id"] for token in masks[0]] == best.tolist()
    assert [token["token"] for token in masks[0]] == tokenizer.pieces(best)
    assert [token["probability"] for token in masks[0]] == pytest.approx(expected[best])


def test_texts_without_a_mask_that_is_read_are_named(tokenizer) -> None:
    with pytest.raises(InputError, match="Text 1 has no"):
        masked_rows(tokenizer, ["[MASK]", "nothing"], 32)
    with pytest.raises(InputError, match="beyond the 6 tokens"):
        masked_rows(tokenizer, ["a table of rows and columns [MASK]"], 8)
