"""PassageQuestion: a question about a passage, as SQuAD and CMRC have them."""

from dataclasses import dataclass

from keras_albert.models.questions.answer_span import AnswerSpan


@dataclass(frozen=True)
class PassageQuestion:
    """A question about a passage.

    Attributes:
        id: its name in the file.
        question: the question.
        passage: the text that may hold its answer.
        answers: texts, each of them right; none where the passage holds no answer; None where
            the file does not say.
        span: where in the passage an answer stands, for training.
        where: file and id, for messages.
    """

    id: str
    question: str
    passage: str
    answers: list[str] | None
    span: AnswerSpan | None
    where: str
