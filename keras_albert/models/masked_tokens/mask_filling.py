"""`[MASK]` written in texts: to positions of a row, and back to tokens with probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.token_classification.tagging import softmax
from keras_albert.runtime.packing import MASK, joined_by_mask, mask_positions, pack


def masked_rows(tokenizer: Any, texts: Sequence[str], sequence_length: int) -> dict[str, Any]:
    """Texts with `[MASK]` in them as a model's inputs.

    The stretches between masks are encoded on their own, as transformers does: the mask is a piece
    and no characters. Unlike in pretraining, where a masked word leaves no trace, a stretch begins
    with a word mark also where no space follows the mask: `[MASK].` is `[MASK] \u2581 .` here.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        texts: B texts.
        sequence_length: S.

    Returns:
        The backbone's inputs, (B, S), and "mask_positions" (B, P), int32; unused places are 0.

    Raises:
        InputError: a text has no `[MASK]`, or has it beyond the row's end; its number is named.
    """
    mask_id = tokenizer.mask_token_id
    rows = []
    for number, text in enumerate(texts):
        parts = tokenizer.encode(text.split(MASK))
        if len(parts) < 2:
            raise InputError(f"Text {number} has no {MASK}: write it where a word is wanted.")
        ids = joined_by_mask(parts, mask_id)
        if np.flatnonzero(ids == mask_id)[-1] >= sequence_length - 2:
            raise InputError(
                f"Text {number} has a {MASK} beyond the {sequence_length - 2} tokens that are "
                "read: shorten it."
            )
        rows.append(ids)
    arrays: dict[str, Any] = pack(
        [rows],
        sequence_length=sequence_length,
        truncate="longest_first",
        cls_token_id=tokenizer.cls_token_id,
        sep_token_id=tokenizer.sep_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return {**arrays, "mask_positions": mask_positions(arrays["token_ids"], mask_id)}


def likeliest(
    tokenizer: Any, logits: np.ndarray, positions: np.ndarray, top_k: int
) -> list[list[list[dict[str, Any]]]]:
    """The likeliest tokens for each mask.

    Args:
        tokenizer: whose pieces name them.
        logits: (B, P, V).
        positions: (B, P), 0 where there is no mask.
        top_k: how many.

    Returns:
        For each text a list over its masks, each a list of {"token", "id", "probability"},
        likeliest first.
    """
    answers = []
    for row, places in zip(logits, positions, strict=True):
        masks = []
        for probabilities in softmax(row[: int((places > 0).sum())]):
            best = np.argsort(-probabilities, kind="stable")[:top_k].tolist()
            names = tokenizer.pieces(best)
            masks.append(
                [
                    {"token": name, "id": index, "probability": float(probabilities[index])}
                    for name, index in zip(names, best, strict=True)
                ]
            )
        answers.append(masks)
    return answers
