"""Answers of the tasks that only Keras runs: tags, choices, orders, vectors."""

from collections.abc import Sequence
from typing import Any

from keras_albert.errors import InputError
from keras_albert.models.saved_task import SavedTask

KINDS = ("token_classifier", "multiple_choice", "sentence_order", "text_embedder")
# Rows a step; the models put near lengths together.
BATCH_SIZE = 32


class TaskPredictor:
    """Answers requests with a task on this process's backend, as `Predictor` does for others.

    Args:
        saved: a task of one of `KINDS`.

    Attributes:
        runtime: "keras".
        description: as `SavedTask.description`.
    """

    runtime = "keras"

    def __init__(self, saved: SavedTask) -> None:
        self._saved = saved
        self.description = saved.description()
        preprocessor = saved.task.preprocessor
        if preprocessor is None:
            saved.task.preprocessor = saved.task.preprocessor_cls(
                saved.tokenizer, sequence_length=saved.sequence_length
            )

    def predict(self, items: Sequence[Any], *, top_k: int = 5) -> list[dict[str, Any]]:
        """Answers B requests.

        Args:
            items: for a token classifier texts or lists of words; for multiple choice dicts with
                "context", "question" and "options"; for sentence order pairs of texts; for an
                embedder texts or pairs.
            top_k: not used by these tasks.

        Returns:
            B dicts, in their order, all JSON: what `tagging.tagged`, `AlbertMultipleChoice.choose`
            and `AlbertSentenceOrderClassifier.natural_order` give, with what was asked; or
            "text" and "embedding", H numbers.

        Raises:
            InputError: a request is of another form.
        """
        if isinstance(items, str):
            raise InputError("predict takes a list; for one text, pass [text].")
        items = list(items)
        if not items:
            return []
        return {
            "token_classifier": self._tags,
            "multiple_choice": self._choices,
            "sentence_order": self._orders,
            "text_embedder": self._vectors,
        }[self._saved.kind](items)

    def _tags(self, items: list[Any]) -> list[dict[str, Any]]:
        texts = [item for item in items if isinstance(item, str)]
        sentences = [item for item in items if not isinstance(item, str)]
        labels = self._saved.labels
        answers = {
            str: iter(self._saved.task.tag(texts, labels) if texts else []),
            list: iter(self._saved.task.tag(sentences, labels) if sentences else []),
        }
        return [
            {"text": item, **next(answers[str])} if isinstance(item, str) else next(answers[list])
            for item in items
        ]

    def _choices(self, items: list[Any]) -> list[dict[str, Any]]:
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                raise InputError(
                    f"Request {number} is {type(item).__name__}; a multiple-choice model reads "
                    "objects with context, question and options: pass a file with --input."
                )
        return [
            {**item, **answer}
            for item, answer in zip(items, self._saved.task.choose(items), strict=True)
        ]

    def _orders(self, items: list[Any]) -> list[dict[str, Any]]:
        if any(isinstance(item, str) for item in items):
            raise InputError(
                "Sentence order is asked of pairs: give the one text as --text, the other as "
                "--text-pair."
            )
        first, second = ([item[side] for item in items] for side in (0, 1))
        answers = self._saved.task.natural_order(first, second)
        return [{"text": list(item), **answer} for item, answer in zip(items, answers, strict=True)]

    def _vectors(self, items: list[Any]) -> list[dict[str, Any]]:
        pairs = [not isinstance(item, str) for item in items]
        if len(set(pairs)) > 1:
            raise InputError("Texts and pairs are mixed: ask for them separately.")
        texts: Any = tuple(map(list, zip(*items, strict=True))) if pairs[0] else items
        vectors = self._saved.task.predict(texts, batch_size=BATCH_SIZE, verbose=0)
        return [
            {"text": item, "embedding": vector.tolist()}
            for item, vector in zip(items, vectors, strict=True)
        ]
