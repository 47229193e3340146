"""AlbertQuestionAnswererPreprocessor: questions and passages to rows of tokens."""

from collections.abc import Sequence
from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.preprocessor import AlbertPreprocessor
from keras_albert.models.questions.answer_span import read_answers
from keras_albert.models.questions.encoded_questions import EncodedQuestions
from keras_albert.models.questions.passage_windows import best_windows, window_ranges
from keras_albert.models.text_packing import check_packing


@keras.saving.register_keras_serializable("keras_albert")
class AlbertQuestionAnswererPreprocessor(AlbertPreprocessor, keras_hub.models.Preprocessor):
    """`[CLS] question [SEP] passage [SEP]`, a row a window of the passage.

    google-research/albert `squad_utils.convert_examples_to_features`, with one difference: Google
    searches the passage for the characters of each piece and skips passages where that goes
    wrong; here they come from the tokenizer.

    A passage that does not fit in a row makes several, so there are more rows than questions:
    `encode` says which row is whose, and keeps what turns positions into characters again.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S.
        question_length: the tokens of the question that are kept, its first; never more than half
            of a row.
        stride: tokens from the beginning of one window to that of the next.

    Call arguments:
        x: a tuple of B questions and B passages: `preprocessor(x=(questions, passages))`.
        y: B answers, see `read_answers`, or None.
        sample_weight: (B,), weights of the questions, or None.

    Returns:
        {"token_ids", "segment_ids", "padding_mask"}, each int32 (R, S), R >= B. With answers a
        tuple of it and of `EncodedQuestions.labels`, and with weights of (R,) weights.

    Raises:
        InputError: a setting is wrong, what was passed is no questions and passages, a passage has
            no text, or an answer is not in its passage.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 384,
        question_length: int = 64,
        stride: int = 128,
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, "longest_first")
        for name, value in (("question_length", question_length), ("stride", stride)):
            if value < 1:
                raise InputError(f"{name}={value} is below 1.")
        super().__init__(**kwargs)
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.question_length = question_length
        self.stride = stride

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """See the class."""
        (questions, passages), _ = self._read(x)
        encoded = self.encode(questions, passages)
        labels = None if y is None else encoded.labels(read_answers(y, passages))
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight)[encoded.question_of_row]
        return keras.utils.pack_x_y_sample_weight(encoded.x, labels, sample_weight)

    def _read(self, x: Any) -> tuple[tuple[list[Any], ...], bool]:
        segments, batched = super()._read(x)
        if len(segments) != 2:
            raise InputError(
                "Expected a tuple of questions and passages: x=(questions, passages); got texts "
                "alone."
            )
        return segments, batched

    def encode(self, questions: Sequence[str], passages: Sequence[str]) -> EncodedQuestions:
        """Questions and their passages as rows, with the way back to characters.

        Args:
            questions: B texts.
            passages: B texts. One that comes several times is tokenized once.

        Raises:
            InputError: something is no text, there are not as many of one as of the other, or a
                passage has no text; its number is named.
        """
        (questions, passages), _ = self._read((list(questions), list(passages)))
        most = min(self.question_length, (self.sequence_length - 3) // 2)
        asked = [ids[: max(most, 1)] for ids in self.tokenizer.encode(questions)]
        known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        windows, best, offsets = [], [], []
        for number, (question, passage) in enumerate(zip(asked, passages, strict=True)):
            if passage not in known:
                encoding = self.tokenizer.encode_with_offsets(passage)
                known[passage] = encoding.ids, encoding.offsets
            ids, ranges = known[passage]
            if not len(ids):
                raise InputError(f"Passage {number} has no text to answer from: {passage[:40]!r}.")
            room = self.sequence_length - 3 - len(question)
            windows.append(window_ranges(len(ids), room, self.stride))
            best.append(best_windows(windows[-1]))
            offsets.append(ranges)
        counts = [len(ranges) for ranges in windows]
        question_of_row = np.repeat(np.arange(len(passages)), counts)
        shape = len(question_of_row), self.sequence_length
        x = {
            "token_ids": np.full(shape, self.tokenizer.pad_token_id, np.int32),
            "segment_ids": np.zeros(shape, np.int32),
            "padding_mask": np.zeros(shape, np.int32),
        }
        least_end = np.zeros(shape, np.int32)
        first_position = np.array([2 + len(ids) for ids in asked], np.int64)[question_of_row]
        row = 0
        for question, passage, ranges, window in zip(asked, passages, windows, best, strict=True):
            ids, begin = known[passage][0], len(question) + 2
            for number, (first, last) in enumerate(ranges.tolist()):
                end = begin + last - first
                tokens = x["token_ids"][row]
                tokens[0] = self.tokenizer.cls_token_id
                tokens[1 : begin - 1] = question
                tokens[begin - 1] = tokens[end] = self.tokenizer.sep_token_id
                tokens[begin:end] = ids[first:last]
                x["segment_ids"][row, begin : end + 1] = 1
                x["padding_mask"][row, : end + 1] = 1
                nearest = window[first:last]
                least_end[row, begin:end] = np.where(
                    nearest == number, 0, ranges[nearest, 1] - first + begin
                )
                row += 1
        return EncodedQuestions(
            x,
            question_of_row,
            first_position,
            np.concatenate(windows),
            least_end,
            offsets,
            passages,
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "question_length": self.question_length,
            "stride": self.stride,
        }
