"""Scores of tokens -> tags of words and entities."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.models.token_classification.entities import are_entity_tags, entities
from keras_albert.models.token_classification.token_classifier_preprocessor import EncodedWords


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis, in float64: (..., C) -> (..., C)."""
    logits = np.asarray(logits, np.float64)
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def tagged(
    encoded: EncodedWords, logits: np.ndarray, labels: Sequence[str]
) -> list[dict[str, Any]]:
    """The likeliest tag of each word, and the entities they make.

    Args:
        encoded: B sentences.
        logits: (R, S, C), what the model gave for their rows.
        labels: the C names.

    Returns:
        B dicts, all JSON: "words"; "tags", one a word; "scores", each tag's probability; and,
        where the labels are such, "entities", each with "label", "start_word" and "end_word"
        (past the last), "text" and "score", the mean of its words' probabilities; for texts also
        "start" and "end" in characters.
    """
    answers = []
    with_entities = are_entity_tags(labels)
    for number, scores in enumerate(encoded.of_words(logits)):
        words = encoded.words[number]
        probabilities = softmax(scores) if len(scores) else scores
        best = probabilities.argmax(axis=-1) if len(scores) else []
        tags = [labels[index] for index in best]
        highest = [float(row[index]) for row, index in zip(probabilities, best, strict=True)]
        answer: dict[str, Any] = {"words": words, "tags": tags, "scores": highest}
        if with_entities:
            characters = None if encoded.characters is None else encoded.characters[number]
            answer["entities"] = [
                {
                    "label": entity.label,
                    "start_word": entity.start,
                    "end_word": entity.end,
                    "text": " ".join(words[entity.start : entity.end]),
                    "score": float(np.mean(highest[entity.start : entity.end])),
                    **_characters(characters, entity.start, entity.end),
                }
                for entity in entities(tags)
            ]
        answers.append(answer)
    return answers


def _characters(characters: list[tuple[int, int]] | None, start: int, end: int) -> dict[str, int]:
    if characters is None:
        return {}
    return {"start": characters[start][0], "end": characters[end - 1][1]}
