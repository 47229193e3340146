"""PassageTask: what SQuAD 1.1, SQuAD 2.0 and CMRC 2018 have in common."""

import abc
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.questions.squad_files import read_question_rows, read_squad
from keras_albert.benchmarks.tables import Rows
from keras_albert.errors import InputError
from keras_albert.files import write_json
from keras_albert.models.questions.answer_decoding import MAX_ANSWER_TOKENS, N_BEST, answer_dict
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.models.questions.question_answerer import AlbertQuestionAnswerer
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)

# google-research/albert `run_squad_v1.py`, flags doc_stride and max_query_length.
STRIDE = 128
QUESTION_LENGTH = 64


class PassageTask(FinetuneTask):
    """Questions about passages.

    Args:
        n_best: answers named for each question.
        max_answer_tokens: tokens an answer, at most.
        stride: tokens from one window of a long passage to the next; by default 128, or a third of
            a row where that is less.

    Raises:
        InputError: a setting below 1.
    """

    sequence_length = 384
    submission = "predictions.json"
    unanswerable: ClassVar[bool] = False
    hub_name: ClassVar[tuple[str, str] | None] = None

    def __init__(
        self,
        n_best: int = N_BEST,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        stride: int | None = None,
    ) -> None:
        settings = {"n_best": n_best, "max_answer_tokens": max_answer_tokens, "stride": stride}
        for name, value in settings.items():
            if value is not None and value < 1:
                raise InputError(f"{name}={value} is below 1.")
        self.n_best = n_best
        self.max_answer_tokens = max_answer_tokens
        self.stride = stride

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        """See `read_squad`."""
        return read_squad(
            path, labelled=labelled, unanswerable=self.unanswerable, skip_bad=skip_bad
        )

    def read_rows(
        self, rows: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """See `read_question_rows`."""
        return read_question_rows(
            rows,
            source,
            labelled=labelled,
            unanswerable=self.unanswerable,
            skip_bad=skip_bad,
        )

    def hub_set(self) -> tuple[str, str] | None:
        return self.hub_name

    def build(self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float) -> Any:
        """An `AlbertQuestionAnswerer`, which has no dropout of its own."""
        return AlbertQuestionAnswerer(
            backbone, preprocessor=self.preprocessor(tokenizer, sequence_length)
        )

    def preprocessor(
        self, tokenizer: Any, sequence_length: int
    ) -> AlbertQuestionAnswererPreprocessor:
        """The model's preprocessor, with this task's settings."""
        return AlbertQuestionAnswererPreprocessor(
            tokenizer,
            sequence_length=sequence_length,
            question_length=QUESTION_LENGTH,
            stride=self.stride or max(1, min(STRIDE, sequence_length // 3)),
        )

    def encode(self, model: Any, examples: Examples, *, training: bool = False) -> Encoded:
        """Rows, with an `EncodedQuestions` as notes; a long passage makes several."""
        items = examples.items
        notes = model.preprocessor.encode(
            [item.question for item in items], [item.passage for item in items]
        )
        labels = None
        if all(item.answers is not None for item in items):
            labels = notes.labels([item.span for item in items])
        return Encoded(
            model.row_inputs(notes, labels),
            None if labels is None else model.row_labels(labels),
            None,
            notes.question_of_row,
            notes,
        )

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        """Answers: see `answer_dict`; with labels also "gold", "gold_start", "exact" and "f1"."""
        notes = encoded.notes
        assert isinstance(notes, EncodedQuestions)
        spans, null = model.spans(notes, outputs, self.max_answer_tokens, self.n_best)
        predictions = []
        for item, found, score in zip(examples.items, spans, null.tolist(), strict=True):
            prediction = {
                "id": item.id,
                "question": item.question,
                "context": item.passage,
                **answer_dict(found, score, self.threshold),
            }
            if item.answers is not None:
                prediction["gold"] = list(item.answers)
                if item.span is not None:
                    prediction["gold_start"] = item.span.start
                prediction |= self._scores(prediction)
            predictions.append(prediction)
        return predictions

    def _scores(self, prediction: dict[str, Any]) -> dict[str, float]:
        return {
            "exact": self.exact(prediction["prediction"], prediction["gold"]),
            "f1": self.f1(prediction["prediction"], prediction["gold"]),
        }

    @abc.abstractmethod
    def exact(self, prediction: str, answers: Sequence[str]) -> float:
        """1 where the prediction is right to the character, after the benchmark's rules, else 0."""

    @abc.abstractmethod
    def f1(self, prediction: str, answers: Sequence[str]) -> float:
        """How much of it is right, from 0 to 1."""

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """Means of exact match and F1."""
        return {
            name: sum(prediction[name] for prediction in predictions) / len(predictions)
            for name in ("exact", "f1")
        }

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes what the official script reads: `{id: answer}`."""
        write_json(
            self.submission_file(path), {one["id"]: one["prediction"] for one in predictions}
        )

    def settings(self) -> dict[str, Any]:
        """What makes the task again."""
        return {
            **super().settings(),
            "n_best": self.n_best,
            "max_answer_tokens": self.max_answer_tokens,
            "stride": self.stride,
        }
