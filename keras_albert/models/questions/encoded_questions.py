"""EncodedQuestions: questions about passages as rows of tokens, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from keras_albert.models.questions.answer_span import AnswerSpan


@dataclass(frozen=True)
class EncodedQuestions:
    """B questions, each about its passage, as R rows: a row a window of the passage.

    Attributes:
        x: the model's inputs, each int32 (R, S).
        question_of_row: (R,), the question each row is of; ascending.
        first_position: (R,), where in a row its passage tokens begin.
        tokens: (R, 2), which of the passage's tokens those are, a half-open range.
        least_end: (R, S), the first position at which an answer may end that starts at a
            position: 0 where this row is the best window of the token there (see
            `best_windows`); else the position behind the best window's last token, so that this
            row answers only with what that window does not hold.
        offsets: B arrays (n, 2): the characters that each token of the passage comes from.
        passages: B texts.
    """

    x: dict[str, np.ndarray]
    question_of_row: np.ndarray
    first_position: np.ndarray
    tokens: np.ndarray
    least_end: np.ndarray
    offsets: list[np.ndarray]
    passages: list[str]

    def __len__(self) -> int:
        return len(self.passages)

    def labels(self, answers: Sequence[AnswerSpan | None]) -> dict[str, np.ndarray]:
        """Answers as positions in rows.

        An answer's tokens are the fewest that cover all of its characters. A row that does not
        have all of them has no answer, like one whose question has none: [CLS] stands for that
        (Devlin et al. 2019, section 4.3).

        Args:
            answers: B answers.

        Returns:
            "start" and "end", int32 (R,), 0 where there is none, and "impossible", float32 (R, 1),
            1 where there is none.
        """
        spans = np.array(
            [
                (-1, -1) if answer is None else token_span(offsets, answer.start, answer.end)
                for answer, offsets in zip(answers, self.offsets, strict=True)
            ],
            np.int64,
        )[self.question_of_row]
        first, last = spans[:, 0], spans[:, 1]
        inside = (first >= self.tokens[:, 0]) & (last < self.tokens[:, 1]) & (first >= 0)
        shift = self.first_position - self.tokens[:, 0]
        return {
            "start": np.where(inside, first + shift, 0).astype(np.int32),
            "end": np.where(inside, last + shift, 0).astype(np.int32),
            "impossible": ~inside[:, np.newaxis] * np.float32(1),
        }

    def span(self, row: int, start: int, end: int, score: float) -> AnswerSpan:
        """The characters between two positions of a row, both included.

        White space at either end, which a token's range never has but two tokens' may, is left
        out.
        """
        question = int(self.question_of_row[row])
        shift = int(self.tokens[row, 0] - self.first_position[row])
        offsets, passage = self.offsets[question], self.passages[question]
        first, last = int(offsets[start + shift, 0]), int(offsets[end + shift, 1])
        text = passage[first:last]
        first += len(text) - len(text.lstrip())
        text = text.strip()
        return AnswerSpan(text, first, first + len(text), score)


def token_span(offsets: np.ndarray, start: int, end: int) -> tuple[int, int]:
    """The fewest tokens that cover some characters.

    Args:
        offsets: (n, 2), ranges of characters, neither end ever decreasing.
        start: the first character.
        end: the character behind the last.

    Returns:
        The first and the last token, or (-1, -1) where no token comes from these characters.

    >>> token_span(np.array([[0, 1], [2, 7], [7, 8]]), 2, 7)
    (1, 1)
    """
    first = int(np.searchsorted(offsets[:, 1], start, side="right"))
    last = int(np.searchsorted(offsets[:, 0], end, side="left")) - 1
    return (first, last) if first <= last else (-1, -1)
