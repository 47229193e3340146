"""What both question answerers have: raw questions and passages in, answers out."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.fitting.batches import strings_of
from keras_albert.models.fitting.labels import by_place, rows_by_place
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.models.questions.answer_decoding import MAX_ANSWER_TOKENS, N_BEST, named_answers
from keras_albert.models.questions.answer_span import AnswerSpan, read_answers
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)
from keras_albert.models.task import AlbertTask
from keras_albert.models.texts import is_symbolic


class QuestionAnswering(AlbertTask):
    """Mixed into a question answerer.

    `fit` and `evaluate` take `x=(questions, passages)` and answers as `y`, see `read_answers`. A
    passage that does not fit in a row becomes several; `predict` gives outputs by row, in their
    order, and `answer` gives answers.
    """

    preprocessor_cls = AlbertQuestionAnswererPreprocessor
    reads_pooler = False
    labels_used: tuple[str, ...] = ("start", "end")
    examples_are = "questions"

    def answer(
        self,
        questions: Sequence[str] | str,
        passages: Sequence[str] | str,
        *,
        top_k: int = 1,
        no_answer_threshold: float | None = None,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        batch_size: int = 32,
    ) -> Any:
        """Answers questions from passages.

        Args:
            questions: B texts, or one.
            passages: B texts, or one: it serves all questions.
            top_k: how many answers to name for each, at most 20.
            no_answer_threshold: a question whose "no_answer_score" is above it has no answer;
                None: every question has one.
            max_answer_tokens: tokens an answer, at most.
            batch_size: rows a step.

        Returns:
            B dicts: "text" ("" for no answer), "start" and "end" (characters of the passage, None
            for no answer), "score" (the best answer's probability among the 20 best),
            "no_answer_score", and "answers", the `top_k` best, each with "text", "start", "end"
            and "score". One dict where one question was asked.

        Raises:
            InputError: something is no text or empty, or the model has no preprocessor.
        """
        if isinstance(top_k, bool) or not isinstance(top_k, int) or top_k < 1:
            raise InputError(f"top_k={top_k!r} is not a number of answers; expected 1 or more.")
        if self.preprocessor is None:
            raise InputError(
                f"{type(self).__name__} has no preprocessor. Build it with preprocessor=..., or "
                "load it from a preset with a tokenizer."
            )
        single = isinstance(questions, str)
        asked = [questions] if single else list(questions)
        given = [passages] * len(asked) if isinstance(passages, str) else list(passages)
        encoded = self.preprocessor.encode(asked, given)
        outputs = self.predict_rows(encoded, batch_size)
        spans, null = self.spans(encoded, outputs, max_answer_tokens)
        answers = named_answers(spans, null, top_k, no_answer_threshold)
        return answers[0] if single else answers

    def predict_rows(self, encoded: EncodedQuestions, batch_size: int = 32) -> Any:
        """The model's outputs for R rows, in their order."""
        x = self.row_inputs(encoded, None)
        self._check_inputs(x)
        return predict_by_length(self, x, batch_size, verbose=0)

    def spans(
        self,
        encoded: EncodedQuestions,
        outputs: Any,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        n_best: int = N_BEST,
    ) -> tuple[list[list[AnswerSpan]], np.ndarray]:
        """The best spans of B questions and the scores of "no answer", from outputs by row."""
        raise TypeError(f"{type(self).__name__} does not define spans.")

    def row_inputs(
        self, encoded: EncodedQuestions, labels: dict[str, np.ndarray] | None
    ) -> dict[str, np.ndarray]:
        """What the model reads of R rows; labels belong to it where training needs them there."""
        return encoded.x

    def row_labels(self, labels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The labels of R rows that the model's loss takes."""
        return {name: labels[name] for name in self.labels_used}

    def preprocess_samples(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Questions, passages and answers as rows and their labels.

        In a `tf.data.Dataset`, answers are `{"text": (B,), "answer_start": (B,)}`.
        """
        if self.preprocessor is None:
            return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)
        if is_symbolic(x):
            return self._preprocess_in_graph(x, y, sample_weight)
        (questions, passages), _ = self.preprocessor._read(x)
        encoded = self.preprocessor.encode(questions, passages)
        labels = None if y is None else encoded.labels(read_answers(y, passages))
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[encoded.question_of_row]
        rows = self.row_inputs(encoded, labels)
        y = None if labels is None else self.row_labels(labels)
        return keras.utils.pack_x_y_sample_weight(rows, y, sample_weight)

    def _preprocess_in_graph(self, x: Any, y: Any, sample_weight: Any) -> Any:
        """`preprocess_samples` as a Python function of a TensorFlow graph."""
        import tensorflow as tf

        # One run on a short passage shows the structure, types and shapes of what comes out.
        labels = None if y is None else [None]
        weights = None if sample_weight is None else np.ones(1, np.float32)
        example = self.preprocess_samples((["a"], ["a"]), labels, weights)
        given = {"x": x, "y": y, "sample_weight": sample_weight}
        given = {name: part for name, part in given.items() if part is not None}
        leaves = keras.tree.flatten(example)

        def run(*values: Any) -> list[np.ndarray]:
            lists = [value.tolist() for value in values]
            made = self.preprocess_samples(**keras.tree.pack_sequence_as(given, lists))
            parts = zip(keras.tree.flatten(made), leaves, strict=True)
            return [np.asarray(part, leaf.dtype) for part, leaf in parts]

        outputs = tf.numpy_function(run, keras.tree.flatten(given), [leaf.dtype for leaf in leaves])
        for output, leaf in zip(outputs, leaves, strict=True):
            output.set_shape([None, *leaf.shape[1:]])
        return keras.tree.pack_sequence_as(example, outputs)

    def _labels(self, y: Any) -> Any:
        """Answers by place: arrays are labels of rows already."""
        if isinstance(y, dict) and self.labels_used[0] in y:
            return super()._labels(y)
        y = rows_by_place(y, "answers")
        if isinstance(y, list) and len(y) == 2 and strings_of(y[0]) is not None:
            # PyTorch's own collation of answers: their texts, then their first characters.
            y = {"text": list(y[0]), "answer_start": np.asarray(by_place(y[1])).tolist()}
        return y
