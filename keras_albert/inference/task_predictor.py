"""Answers of the tasks that find words, windows or choices before a model reads them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.inference.results import check_labels
from keras_albert.inference.row_outputs import Arrays
from keras_albert.models.choices.multiple_choice import chosen
from keras_albert.models.choices.multiple_choice_preprocessor import read_choices
from keras_albert.models.questions.answer_decoding import (
    named_answers,
    spans_from_beam,
    spans_from_logits,
)
from keras_albert.models.saved_task import QUESTION_ANSWERERS
from keras_albert.models.sentence_order.sentence_order_classifier import orders
from keras_albert.models.token_classification.tagging import tagged

KINDS = (
    "token_classifier",
    "multiple_choice",
    "sentence_order",
    "text_embedder",
    *QUESTION_ANSWERERS,
)


class TaskPredictor:
    """Answers requests, as `Predictor` does for texts, whatever runs the rows.

    Args:
        description: as `SavedTask.description`, of one of `KINDS`.
        preprocessor: the task's.
        rows: arrays by name to outputs by name, `KerasRows` or `ArtifactRows`.
        runtime: "keras", or an artifact's format.

    Attributes:
        runtime: as passed.
        description: as passed.
    """

    def __init__(
        self,
        description: dict[str, Any],
        preprocessor: Any,
        rows: Callable[[Arrays], Arrays],
        runtime: str = "keras",
    ) -> None:
        self.description = description
        self.runtime = runtime
        self._preprocessor = preprocessor
        self._rows = rows

    def predict(self, items: Sequence[Any], *, top_k: int = 5) -> list[dict[str, Any]]:
        """Answers B requests.

        Args:
            items: for a token classifier texts or lists of words; for multiple choice dicts with
                "context", "question" and "options"; for sentence order pairs of texts; for an
                embedder texts or pairs; for a question answerer pairs of question and passage.
            top_k: how many answers to name for each question.

        Returns:
            B dicts, in their order, all JSON: what `tagging.tagged`, `AlbertMultipleChoice.choose`,
            `AlbertSentenceOrderClassifier.natural_order` and `QuestionAnswering.answer` give, with
            what was asked; or "text" and "embedding", H numbers.

        Raises:
            InputError: a request is of another form.
        """
        if isinstance(items, str):
            raise InputError("predict takes a list; for one text, pass [text].")
        items = list(items)
        if not items:
            return []
        kind = self.description["task"]
        if kind in QUESTION_ANSWERERS:
            if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
                raise InputError(f"top_k={top_k!r} is not a number of answers; expected 1 or more.")
            return self._question_answers(items, top_k)
        return {
            "token_classifier": self._tags,
            "multiple_choice": self._choices,
            "sentence_order": self._orders,
            "text_embedder": self._vectors,
        }[kind](items)

    def _tags(self, items: list[Any]) -> list[dict[str, Any]]:
        texts = [item for item in items if isinstance(item, str)]
        sentences = [item for item in items if not isinstance(item, str)]
        answers = {str: iter(self._tagged(texts)), list: iter(self._tagged(sentences))}
        return [
            {"text": item, **next(answers[str])} if isinstance(item, str) else next(answers[list])
            for item in items
        ]

    def _tagged(self, items: list[Any]) -> list[dict[str, Any]]:
        if not items:
            return []
        labels = self.description["labels"]
        encoded = self._preprocessor.encode(items)
        logits = np.zeros((0, 0, len(labels)), np.float32)
        if len(encoded.sentence_of_row):
            logits = self._rows(encoded.x)["scores"]
            try:
                check_labels(labels, logits)
            except ValueError as error:
                raise InputError(f"The words cannot be tagged: {error}.") from error
        return tagged(encoded, logits, labels)

    def _choices(self, items: list[Any]) -> list[dict[str, Any]]:
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                raise InputError(
                    f"Request {number} is {type(item).__name__}; a multiple-choice model reads "
                    "objects with context, question and options: pass a file with --input."
                )
        numbers = [len(question.options) for question in read_choices(items)]
        scores = self._rows(self._preprocessor(items))["scores"]
        return [
            {**item, **answer} for item, answer in zip(items, chosen(scores, numbers), strict=True)
        ]

    def _orders(self, items: list[Any]) -> list[dict[str, Any]]:
        if any(isinstance(item, str) for item in items):
            raise InputError(
                "Sentence order is asked of pairs: give the one text as --text, the other as "
                "--text-pair."
            )
        first, second = ([item[side] for item in items] for side in (0, 1))
        arrays = self._preprocessor(x=([*first, *second], [*second, *first]))
        answers = orders(first, second, self._rows(arrays)["sentence_order"])
        return [{"text": list(item), **answer} for item, answer in zip(items, answers, strict=True)]

    def _vectors(self, items: list[Any]) -> list[dict[str, Any]]:
        pairs = [not isinstance(item, str) for item in items]
        if len(set(pairs)) > 1:
            raise InputError("Texts and pairs are mixed: ask for them separately.")
        texts: Any = tuple(map(list, zip(*items, strict=True))) if pairs[0] else items
        vectors = self._rows(self._preprocessor(x=texts))["embedding"]
        return [
            {"text": item, "embedding": vector.tolist()}
            for item, vector in zip(items, vectors, strict=True)
        ]

    def _question_answers(self, items: list[Any], top_k: int) -> list[dict[str, Any]]:
        for item in items:
            if (
                not isinstance(item, list | tuple)
                or len(item) != 2
                or not all(isinstance(side, str) for side in item)
            ):
                raise InputError(
                    "A question answerer reads pairs: the question first (--text), then the "
                    "passage that answers it (--text-pair)."
                )
        questions, passages = ([item[side] for item in items] for side in (0, 1))
        encoded = self._preprocessor.encode(questions, passages)
        outputs = self._rows(encoded.x)
        most = self.description["max_answer_tokens"]
        if self.description["task"] == "joint_question_answerer":
            spans, null = spans_from_beam(encoded, outputs, max_answer_tokens=most)
        else:
            spans, null = spans_from_logits(
                encoded, outputs["start"], outputs["end"], max_answer_tokens=most
            )
        answers = named_answers(spans, null, top_k, self.description["no_answer_threshold"])
        return [
            {"question": question, "context": passage, **answer}
            for question, passage, answer in zip(questions, passages, answers, strict=True)
        ]
