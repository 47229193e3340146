"""Requests -> answers of the kinds that find words, windows or choices before a model reads them.

Answer functions as in `answers`. Their preprocessors are Keras's, so that this takes Keras whatever
runs the model.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.answers import Runner, sides_of, texts_or_pairs, with_depths
from keras_albert.inference.results import check_labels
from keras_albert.models.choices.multiple_choice import chosen
from keras_albert.models.choices.multiple_choice_preprocessor import read_choices
from keras_albert.models.questions.answer_decoding import (
    named_answers,
    spans_from_beam,
    spans_from_logits,
)
from keras_albert.models.sentence_order.sentence_order_classifier import orders as natural_orders
from keras_albert.models.token_classification.tagging import tagged


def tags(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Tags of texts or of lists of words: see `tagging.tagged`; of a text with "text"."""
    texts = [item for item in items if isinstance(item, str)]
    sentences = [item for item in items if not isinstance(item, str)]
    answers = {True: iter(_tagged(runner, texts)), False: iter(_tagged(runner, sentences))}
    return [
        {"text": item, **next(answers[True])} if isinstance(item, str) else next(answers[False])
        for item in items
    ]


def _tagged(runner: Runner, items: list[Any]) -> list[dict[str, Any]]:
    if not items:
        return []
    labels = runner.description["labels"]
    encoded = runner.preprocessor.encode(items)
    logits = np.zeros((0, 0, len(labels)), np.float32)
    if len(encoded.sentence_of_row):
        logits = runner.on_rows(encoded.x)["scores"]
        try:
            check_labels(labels, logits)
        except ValueError as error:
            raise InputError(f"The words cannot be tagged: {error}.") from error
    return tagged(encoded, logits, labels)


def choices(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """The option of each question: what was asked, and `AlbertMultipleChoice.choose`'s answer."""
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            raise InputError(
                f"Request {number} is {type(item).__name__}; a multiple-choice model reads "
                "objects with context, question and options: pass a file with --input."
            )
    numbers = [len(question.options) for question in read_choices(items)]
    outputs = runner.on_rows(runner.preprocessor(items))
    answers = [
        {**item, **answer}
        for item, answer in zip(items, chosen(outputs["scores"], numbers), strict=True)
    ]
    return with_depths(answers, outputs.get("depth"))


def orders(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Orders of pairs: "text", and `AlbertSentenceOrderClassifier.natural_order`'s answer.

    A pair is read both ways; its "depth", where rows have their own, is the mean.
    """
    if any(isinstance(item, str) for item in items):
        raise InputError(
            "Sentence order is asked of pairs: give the one text as --text, the other as "
            "--text-pair."
        )
    first, second = sides_of(texts_or_pairs(items))
    outputs = runner.on_rows(runner.preprocessor(x=([*first, *second], [*second, *first])))
    answers = [
        {"text": list(item), **answer}
        for item, answer in zip(
            items, natural_orders(first, second, outputs["sentence_order"]), strict=True
        )
    ]
    depths = outputs.get("depth")
    return with_depths(answers, None if depths is None else depths.reshape(2, -1).mean(axis=0))


def vectors(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Texts or pairs: "text" and "embedding", H numbers."""
    sides = sides_of(texts_or_pairs(items))
    x: Any = tuple(sides) if len(sides) > 1 else sides[0]
    found = runner.on_rows(runner.preprocessor(x=x))["embedding"]
    return [
        {"text": item, "embedding": vector.tolist()}
        for item, vector in zip(items, found, strict=True)
    ]


def spans(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """Answers to questions about passages, by logits of starts and ends.

    See `QuestionAnswering.answer`; with "question" and "context".
    """

    def found(encoded: Any, outputs: Any, most: int) -> Any:
        return spans_from_logits(encoded, outputs["start"], outputs["end"], max_answer_tokens=most)

    return _answered(runner, items, top_k, found)


def beams(runner: Runner, items: Sequence[Any], top_k: int) -> list[dict[str, Any]]:
    """As `spans`, by a beam of starts with ends."""

    def found(encoded: Any, outputs: Any, most: int) -> Any:
        return spans_from_beam(encoded, outputs, max_answer_tokens=most)

    return _answered(runner, items, top_k, found)


def _answered(
    runner: Runner, items: Sequence[Any], top_k: int, spans_of: Callable[[Any, Any, int], Any]
) -> list[dict[str, Any]]:
    for item in items:
        if (
            not isinstance(item, list | tuple)
            or len(item) != 2
            or not all(isinstance(side, str) for side in item)
        ):
            raise InputError(
                "A question answerer reads pairs: the question first (--text), then the passage "
                "that answers it (--text-pair)."
            )
    questions, passages = ([item[side] for item in items] for side in (0, 1))
    encoded = runner.preprocessor.encode(questions, passages)
    described = runner.description
    found, null = spans_of(encoded, runner.on_rows(encoded.x), described["max_answer_tokens"])
    answers = named_answers(found, null, top_k, described["no_answer_threshold"])
    return [
        {"question": question, "context": passage, **answer}
        for question, passage, answer in zip(questions, passages, answers, strict=True)
    ]
