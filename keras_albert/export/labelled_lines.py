"""Lines of JSON with labels, for models of every kind; `held_out` says what they hold."""

from typing import Any

from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.choices.multiple_choice import answer_number, checked_options
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.tables import required_text
from keras_albert.benchmarks.text_classification.text_classification import TextClassification
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_multilabel import TextMultilabel
from keras_albert.benchmarks.text_classification.text_regression import number
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords
from keras_albert.errors import InputError
from keras_albert.models.saved_task import SavedTask

ORDERS = {"in_order": 0, "swapped": 1, 0: 0, 1: 1}


def labelled_line(saved: SavedTask, row: dict[str, Any], where: str) -> Any:
    """A line as what the benchmarks' tasks read; all is checked but the names of labels.

    Args:
        saved: the model that will answer it.
        row: the line's object.
        where: file and line.

    Returns:
        A `TaggedWords`, `ChoiceExample`, `PassageQuestion` or `TextExample`.

    Raises:
        InputError: something is missing, or of another type.
    """
    if saved.facts.reads == "words":
        words, tags = _texts(row, "words", where), _texts(row, "tags", where, str | int)
        if not words or len(words) != len(tags):
            raise InputError(f"{where}: {len(words)} words, {len(tags)} tags; expected one a word.")
        return TaggedWords(words, tags, where)
    if saved.facts.reads == "choices":
        return _choice(row, where)
    if saved.facts.reads == "passages":
        question, passage = (required_text(row, key, where) for key in ("question", "context"))
        answers = _texts(row, "answers", where)
        return PassageQuestion(where, question, passage, answers, None, where)
    text, pair, label = required_text(row, "text", where), row.get("text_pair"), row.get("label")
    if saved.facts.reads == "pairs":
        pair = required_text(row, "text_pair", where)
        if isinstance(label, bool) or not isinstance(label, str | int) or label not in ORDERS:
            raise InputError(f"{where}: the label {label!r} is neither 'in_order' nor 'swapped'.")
    elif saved.facts.has_problem:
        label = _label(saved, row, where)
    if pair is not None and not isinstance(pair, str):
        raise InputError(f'{where}: "text_pair" is {pair!r}; expected text.')
    return TextExample(text, pair, label, where)


def _texts(row: dict[str, Any], key: str, where: str, kind: Any = str) -> list[str]:
    texts = row.get(key)
    if not isinstance(texts, list) or not all(isinstance(text, kind) for text in texts):
        raise InputError(f'{where}: "{key}" is missing or is {texts!r}; expected a list of texts.')
    return [str(text) for text in texts]


def _choice(row: dict[str, Any], where: str) -> ChoiceExample:
    context, question = row.get("context", ""), row.get("question", "")
    if not isinstance(context, str) or not isinstance(question, str):
        raise InputError(f"{where}: a context or question is not text: {context!r}, {question!r}.")
    if not context.strip() and not question.strip():
        raise InputError(f"{where}: neither a context nor a question.")
    options = checked_options(row.get("options"), where)
    answer = answer_number(row.get("answer", row.get("label")), len(options), where)
    return ChoiceExample(context, question, options, answer, where, where)


def _label(saved: SavedTask, row: dict[str, Any], where: str) -> Any:
    """The label of a text as fine-tuning reads it; of a regression, a list of numbers."""
    if saved.task.problem == "multi_label":
        named = row if "labels" in row else {"labels": row.get("label")}
        return TextMultilabel().label(named, where)
    if saved.task.problem != "regression":
        return TextClassification().label(row, where)
    label, outputs = row.get("label"), saved.task.num_classes
    values = label if isinstance(label, list) else [label]
    if len(values) != outputs:
        raise InputError(f"{where}: the label is {label!r}; the model gives numbers: {outputs}.")
    return [number(value, where) for value in values]
