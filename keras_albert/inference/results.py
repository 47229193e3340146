"""A model's outputs -> answers that people and JSON read."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from scipy.special import expit, softmax

from keras_albert.runtime.packing import MASK

WORD_MARK = "\u2581"
Problem = Literal["single_label", "multi_label", "regression"]


def classifier_answers(
    texts: Sequence[Any], outputs: dict[str, np.ndarray], description: dict[str, Any]
) -> list[dict[str, Any]]:
    """One dict a text from a classifier.

    Args:
        texts: B texts or pairs, as they were asked.
        outputs: "scores" (B, C), "truncated" (B,) and, unless it is a regression,
            "probabilities" (B, C).
        description: with "problem" and C "labels".

    Returns:
        "text", "truncated" and: for single labels "label", "score" (its probability) and "scores"
        (every label's); for several labels "labels" (those above 0.5) and "scores"; for a
        regression "values".

    Raises:
        ValueError: there are more or fewer labels than scores.
    """
    labels = description["labels"]
    check_labels(labels, outputs["scores"])
    answers = []
    for row, text in enumerate(texts):
        answer: dict[str, Any] = {"text": text, "truncated": bool(outputs["truncated"][row])}
        if description["problem"] == "regression":
            values = outputs["scores"][row].tolist()
            answers.append({**answer, "values": dict(zip(labels, values, strict=True))})
            continue
        probabilities = outputs["probabilities"][row].tolist()
        scores = dict(zip(labels, probabilities, strict=True))
        if description["problem"] == "multi_label":
            answer["labels"] = [label for label, score in scores.items() if score > 0.5]
        else:
            answer["label"] = labels[int(np.argmax(probabilities))]
            answer["score"] = max(probabilities)
        answers.append({**answer, "scores": scores})
    return answers


def class_probabilities(problem: Problem, scores: np.ndarray, ready: bool) -> np.ndarray:
    """Scores of classes as probabilities, in their precision.

    Args:
        problem: "single_label" or "multi_label"; a regression has none.
        scores: (B, C).
        ready: whether they are probabilities already.

    Returns:
        (B, C).

    >>> class_probabilities("single_label", np.zeros((1, 4)), False).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    if ready:
        return scores
    return np.asarray(expit(scores) if problem == "multi_label" else softmax(scores, axis=-1))


def check_labels(labels: Sequence[str], scores: np.ndarray) -> None:
    """Checks that there is a label for each score.

    Args:
        labels: C names.
        scores: (..., C).

    Raises:
        ValueError: there are more or fewer.
    """
    if scores.shape[-1] != len(labels):
        raise ValueError(
            f"the model gives {scores.shape[-1]} scores and its description has {len(labels)} "
            "labels"
        )


def masked_answers(
    texts: Sequence[Any],
    outputs: dict[str, np.ndarray],
    pieces: Any,
    mask_id: int,
    top_k: int,
    suffix_mark: str = "",
) -> list[dict[str, Any]]:
    """One dict a text from a model that predicts masked tokens.

    Args:
        texts: B texts or pairs, as they were asked.
        outputs: "masked_tokens" (B, P, V) logits, "token_ids" (B, S), "truncated" (B,) and, from
            a pretrainer, "sentence_order" (B, 2) logits.
        pieces: an id to its piece.
        mask_id: the id of the mask token.
        top_k: how many tokens to name for each masked place.
        suffix_mark: see `fill`.

    Returns:
        "text", "truncated", "masks" (for each `[MASK]` that was read, a list of "token" and
        "score", likeliest first) and "filled", the text with the likeliest tokens in it (a pair
        for pairs); for pairs, from a pretrainer, "sentence_order": the probabilities of
        "in_order" and "swapped".
    """
    answers = []
    for row, text in enumerate(texts):
        count = int((outputs["token_ids"][row] == mask_id).sum())
        masks = []
        for logits in outputs["masked_tokens"][row, :count]:
            probabilities = softmax(logits.astype(np.float64))
            best = np.argsort(-probabilities, kind="stable")[:top_k].tolist()
            masks.append([{"token": pieces(i), "score": float(probabilities[i])} for i in best])
        answer = {"text": text, "truncated": bool(outputs["truncated"][row]), "masks": masks}
        sides = [text] if isinstance(text, str) else list(text)
        # The places that were read are the first of each side; where a side was cut, the others
        # keep their [MASK]. Sides are told apart by their segment.
        of_side = outputs["segment_ids"][row][outputs["token_ids"][row] == mask_id]
        filled = []
        for number, side in enumerate(sides):
            tokens = [m[0]["token"] for m, s in zip(masks, of_side, strict=True) if s == number]
            filled.append(fill(side, tokens, suffix_mark))
        answer["filled"] = filled[0] if isinstance(text, str) else filled
        if "sentence_order" in outputs and len(sides) == 2:
            in_order, swapped = softmax(outputs["sentence_order"][row].astype(np.float64)).tolist()
            answer["sentence_order"] = {"in_order": in_order, "swapped": swapped}
        answers.append(answer)
    return answers


def fill(text: str, tokens: Sequence[str], suffix_mark: str = "") -> str:
    """The text with its first `[MASK]`s replaced.

    Args:
        text: with `[MASK]` in it.
        tokens: the pieces to put there.
        suffix_mark: what a piece that continues a word begins with; where it is empty, a piece
            does so that has no word mark.

    >>> fill("The [MASK] is up[MASK].", ["\u2581index", "dated"])
    'The index is updated.'
    >>> fill("He [MASK] [MASK].", ["play", "##ed"], "##")
    'He played.'
    """
    parts = text.split(MASK)
    result = parts[0]
    for number, part in enumerate(parts[1:]):
        token = tokens[number] if number < len(tokens) else MASK
        if token is not MASK:
            # A piece that goes on with the word before it leaves no space.
            if suffix_mark:
                continues = token.startswith(suffix_mark) and token != suffix_mark
                token = token.removeprefix(suffix_mark) if continues else token
            else:
                continues = not token.startswith(WORD_MARK)
                token = token.replace(WORD_MARK, "")
            result = result.rstrip(" ") if continues else result
        result += token + part
    return result
