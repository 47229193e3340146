"""Requests -> answers of the kinds that read plain texts; see `TaskKind.answers`.

An answer function takes a runner, requests and `top_k`, and gives a dict of JSON for each request.
What is here needs no Keras, so that artifacts answer without it; `task_answers` has the others.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.results import classifier_answers, masked_answers
from keras_albert.runtime.row_batches import Arrays
from keras_albert.runtime.text_encoder import TextEncoder

# Texts answered in one go; their lengths are sorted first, so that little is padding.
BATCH_SIZE = 32


class Runner(Protocol):
    """What stands under a predictor: a model, whatever runs it.

    Attributes:
        description: as `SavedTask.description`.
        runtime: "keras", or an artifact's format.
        texts_at_once: how many texts `on_texts` should be given; None: all there are.
    """

    description: dict[str, Any]
    runtime: str
    texts_at_once: int | None

    @property
    def encoder(self) -> TextEncoder:
        """What turns plain texts into ids, and ids into pieces."""
        ...

    @property
    def preprocessor(self) -> Any:
        """The task's preprocessor, which finds words, windows and choices."""
        ...

    def on_texts(self, texts: Sequence[str], second_texts: Sequence[str] | None = None) -> Arrays:
        """Outputs by name for B texts or pairs, with the arrays that were read and "truncated".

        Raises:
            ValueError: something is not text.
        """
        ...

    def on_rows(self, x: Arrays) -> Arrays:
        """Outputs by name for R rows, (R, ...), see `export.named_outputs`; "depth" (R,) where
        each row has its own.

        Raises:
            InputError: the model cannot read them.
        """
        ...


def classes(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Labels, or numbers, of texts or pairs: see `results.classifier_answers`."""
    return _by_length(
        runner, items, lambda texts, found: classifier_answers(texts, found, runner.description)
    )


def masks(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Tokens for each `[MASK]` of texts or pairs: see `results.masked_answers`."""

    def answers(texts: Sequence[Any], outputs: Arrays) -> list[dict[str, Any]]:
        encoder = runner.encoder
        return masked_answers(
            texts, outputs, encoder.piece, encoder.mask_id, top_k, encoder.suffix_mark
        )

    return _by_length(runner, items, answers)


def texts_or_pairs(items: Sequence[Any]) -> list[Any]:
    """Texts as they are, pairs as lists.

    Raises:
        InputError: something is neither, or they are mixed.
    """
    read = [item if isinstance(item, str) else _pair(i, item) for i, item in enumerate(items)]
    pairs = [not isinstance(item, str) for item in read]
    if len(set(pairs)) > 1:
        raise InputError(
            f"Texts and pairs are mixed: item 0 and item {pairs.index(not pairs[0])} differ. "
            "Ask for them separately."
        )
    return read


def sides_of(read: Sequence[Any]) -> list[list[str]]:
    """What `texts_or_pairs` gives as one list of texts, or as two."""
    return [list(side) for side in zip(*map(_sides, read), strict=True)]


def with_depths(answers: list[dict[str, Any]], depths: np.ndarray | None) -> list[dict[str, Any]]:
    """Answers with the "depth" that each took, where rows have their own."""
    if depths is None:
        return answers
    return [{**answer, "depth": d} for answer, d in zip(answers, depths.tolist(), strict=True)]


def _by_length(
    runner: Runner,
    items: Sequence[Any],
    answers_of: Callable[[Sequence[Any], Arrays], list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    """Answers in the order of the items, which are asked from the shortest to the longest."""
    texts = texts_or_pairs(items)
    answers: list[Any] = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: sum(map(len, _sides(texts[i]))))
    size = runner.texts_at_once or len(order)
    for start in range(0, len(order), size):
        places = order[start : start + size]
        batch: Sequence[Any] = [texts[i] for i in places]
        try:
            outputs = runner.on_texts(*sides_of(batch))
            found = with_depths(answers_of(batch, outputs), outputs.get("depth"))
        except InputError:
            raise
        except ValueError as error:
            raise InputError(f"The texts cannot be answered: {error}.") from error
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return answers


def _sides(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else text


def _pair(number: int, value: Any) -> list[str]:
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(isinstance(side, str) for side in value)
    ):
        return list(value)
    advice = " Decode bytes first." if isinstance(value, bytes) else ""
    raise InputError(
        f"Text {number} is {type(value).__name__}; expected a string, or a pair of strings.{advice}"
    )
