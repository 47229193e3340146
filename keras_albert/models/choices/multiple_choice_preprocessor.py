"""AlbertMultipleChoicePreprocessor: a context, a question and options to one row an option."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError, suggest
from keras_albert.models.preprocessor import AlbertPreprocessor
from keras_albert.models.text_packing import check_packing, pack

_KEYS = ("context", "question", "options")


class ChoiceQuestion(NamedTuple):
    """What is asked.

    Attributes:
        context: the passage; may be empty.
        question: with "_" where an option belongs, or a question before it; may be empty.
        options: two or more.
    """

    context: str
    question: str
    options: list[str]


def question_with(question: str, option: str) -> str:
    """A question and an option as one text (google-research/albert `race_utils`).

    >>> question_with("A table has _ .", "rows"), question_with("What has it?", "Rows.")
    ('A table has rows .', 'What has it? Rows.')
    """
    if "_" in question:
        return question.replace("_", option)
    return f"{question} {option}" if question.strip() else option


def read_choices(x: Any) -> list[ChoiceQuestion]:
    """Reads questions with options.

    Args:
        x: B mappings with "context", "question" and "options", or B triples of these.

    Raises:
        InputError: there are none, or one lacks something; its number is named.
    """
    if isinstance(x, str | bytes | Mapping) or not isinstance(x, list | tuple) or not x:
        raise InputError(
            'Expected a list of questions, each {"context": ..., "question": ..., "options": '
            f"[...]}}; got {'none' if isinstance(x, list | tuple) else type(x).__name__}."
        )
    return [_question(number, item) for number, item in enumerate(x)]


def _question(number: int, item: Any) -> ChoiceQuestion:
    where = f"Question {number}"
    if isinstance(item, Mapping):
        for key in _KEYS:
            if key not in item:
                raise InputError(f"{where} has no {key!r}.{suggest(key, map(str, item))}")
        item = tuple(item[key] for key in _KEYS)
    if not isinstance(item, list | tuple) or len(item) != 3:
        raise InputError(
            f"{where} is {type(item).__name__}; expected a context, a question and its options."
        )
    context, question, options = item
    for key, value in (("context", context), ("question", question)):
        if not isinstance(value, str):
            raise InputError(f"{where}: its {key} is {type(value).__name__}, not a string.")
    if not isinstance(options, Sequence) or isinstance(options, str) or len(options) < 2:
        raise InputError(f"{where}: expected a list of two or more options, got {options!r}.")
    for place, option in enumerate(options):
        if not isinstance(option, str) or not option.strip():
            raise InputError(f"{where}: option {place} is {option!r}; expected text.")
    return ChoiceQuestion(context, question, list(options))


@keras.saving.register_keras_serializable("keras_albert")
class AlbertMultipleChoicePreprocessor(AlbertPreprocessor, keras_hub.models.Preprocessor):
    """`[CLS] context [SEP] question and option [SEP]`, a row an option.

    google-research/albert `race_utils.convert_single_example`: the option takes the place of "_"
    in the question, or stands behind it; of the two together the last `question_length` tokens
    are kept, and the end of the context gives way to them.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S.
        question_length: tokens of question and option together; at most S - 3.

    Call arguments:
        x: B questions, each a mapping with "context", "question" and "options", or a triple of
            these. Where they differ in the number of options, the rows that are missing are
            padding, which `AlbertMultipleChoice` never chooses.
        y: (B,), the numbers of the right options, passed on.
        sample_weight: (B,), passed on.

    Returns:
        {"token_ids", "segment_ids", "padding_mask"}, each int32 (B, C, S).

    Raises:
        InputError: a setting is wrong, or what was passed is no questions.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 512,
        question_length: int = 128,
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, "longest_first")
        if question_length < 1:
            raise InputError(f"question_length={question_length} is below 1.")
        super().__init__(**kwargs)
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.question_length = question_length

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """See the class."""
        questions = read_choices(x)
        most = max(len(question.options) for question in questions)
        kept = min(self.question_length, self.sequence_length - 3)
        contexts = self.tokenizer.encode([question.context for question in questions])
        texts = [question_with(q.question, option) for q in questions for option in q.options]
        endings = iter(self.tokenizer.encode(texts))
        first, second, used = [], [], []
        for question, context in zip(questions, contexts, strict=True):
            for number in range(most):
                used.append(number < len(question.options))
                ending = next(endings)[-kept:] if used[-1] else context[:0]
                first.append(context[: self.sequence_length - 3 - len(ending)])
                second.append(ending)
        arrays = pack(
            [first, second],
            sequence_length=self.sequence_length,
            truncate="longest_first",
            cls_token_id=self.tokenizer.cls_token_id,
            sep_token_id=self.tokenizer.sep_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        missing = ~np.array(used)
        for name, value in arrays.items():
            value[missing] = self.tokenizer.pad_token_id if name == "token_ids" else 0
        shape = (len(questions), most, self.sequence_length)
        rows = {name: value.reshape(shape) for name, value in arrays.items()}
        return keras.utils.pack_x_y_sample_weight(rows, y, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "question_length": self.question_length,
        }
