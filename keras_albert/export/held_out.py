"""Labelled examples that a model and its artifact both answer: how many are right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks import restore
from keras_albert.benchmarks.choices import multiple_choice
from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.benchmarks.questions.squad_metrics import best_f1, exact_match
from keras_albert.benchmarks.tables import collect, json_rows, required_text
from keras_albert.benchmarks.text_classification.text_classification import TextClassification
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_multilabel import TextMultilabel
from keras_albert.benchmarks.text_classification.text_regression import number
from keras_albert.benchmarks.text_classification.text_task import TextTask
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords
from keras_albert.benchmarks.token_classification.token_classification import TokenClassification
from keras_albert.errors import InputError, suggest
from keras_albert.export.named_outputs import INPUTS, predicts_masks
from keras_albert.files import read_json
from keras_albert.models.questions import answer_decoding
from keras_albert.models.saved_task import FINETUNE_TASK_FILE, QUESTION_ANSWERERS, SavedTask

BATCH_SIZE = 16
# Of every so many tokens one is hidden from a model that predicts masked tokens.
MASKED_EVERY = 7
ORDERS = {"in_order": 0, "swapped": 1, 0: 0, 1: 1}
# The tasks a kind of model is fine-tuned on.
_TASKS: dict[str, type[Any]] = {
    "text_classifier": TextTask,
    "token_classifier": TokenClassification,
    "multiple_choice": multiple_choice.MultipleChoice,
    **dict.fromkeys(QUESTION_ANSWERERS, PassageTask),
}

Outputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class HeldOut:
    """Examples as rows, and what makes a metric of the outputs.

    Attributes:
        inputs: the model's arrays, (R, ...).
        examples: how many there are.
        score: outputs by name, (R, ...) in the rows' order -> metrics by name.
    """

    inputs: dict[str, np.ndarray]
    examples: int
    score: Callable[[Outputs], dict[str, float]]

    def batches(self) -> tuple[list[dict[str, np.ndarray]], np.ndarray]:
        """The rows in batches of near lengths, each cut to its longest; and whose they are.

        Returns:
            Batches, and (R,): the rows in the order in which the batches have them.
        """
        lengths = self.inputs["padding_mask"].sum(axis=-1)
        lengths = lengths.max(axis=tuple(range(1, lengths.ndim)))
        order = np.argsort(lengths, kind="stable")
        found = []
        for start in range(0, len(order), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            longest = int(lengths[rows[-1]])
            found.append(
                {
                    name: array[rows][..., :longest] if name in INPUTS else array[rows]
                    for name, array in self.inputs.items()
                }
            )
        return found, order

    def measure(self, outputs: Sequence[Outputs], order: np.ndarray) -> dict[str, float]:
        """Metrics of what the batches gave, in their order.

        Args:
            outputs: of each batch.
            order: see `batches`.
        """
        place = np.argsort(order)
        joined = {}
        for name in outputs[0]:
            parts = [np.asarray(part[name]) for part in outputs]
            width = max(part.shape[1] for part in parts) if parts[0].ndim > 1 else 0
            joined[name] = np.concatenate([_widened(part, width) for part in parts])[place]
        return self.score(joined)


def _widened(values: np.ndarray, width: int) -> np.ndarray:
    if values.ndim < 2 or values.shape[1] == width:
        return values
    edges = [(0, 0), (0, width - values.shape[1])] + [(0, 0)] * (values.ndim - 2)
    # No answer begins or ends where there is no token.
    return np.pad(values, edges, constant_values=-10_000)


def held_out(saved: SavedTask, path: str | Path) -> HeldOut:
    """Reads labelled examples.

    Of a model that was fine-tuned here they are in its task's own format, see `FinetuneTask.read`.
    A question answerer's may also be JSON lines, in a file that ends in .jsonl; they are measured
    as its task measures. All other models' are JSON lines.

    Args:
        saved: the task.
        path: JSON lines are objects with, for a classifier "text", "text_pair" for pairs, and
            "label": a name, or a number for a regression; for several labels "labels" (or
            "label"), a list of names. A token classifier "words" and "tags", as many; multiple
            choice "context", "question", "options" and "answer" (or "label"), a number from 0 or a
            letter; sentence order "text", "text_pair" and "label", "in_order" or "swapped"; a
            question answerer "question", "context" and "answers", a list of texts, empty for none;
            a model of masked tokens "text", of which every seventh token is hidden.

    Raises:
        InputError: an example is bad (file and line, or question, are named), there is none, the
            task has no labels, or the model was fine-tuned on a task of another kind.
    """
    task = _finetuned(saved)
    scorers: dict[str, Callable[[SavedTask, list[Any]], HeldOut]] = {
        "text_classifier": _classified,
        "token_classifier": _tagged,
        "multiple_choice": _chosen,
        "sentence_order": _ordered,
        **dict.fromkeys(QUESTION_ANSWERERS, lambda saved, items: _answered(saved, items, task)),
        **dict.fromkeys(("masked_lm", "pretrainer"), _masked),
    }
    if saved.kind not in scorers:
        raise InputError(
            "An embedder's vectors have no labels to be right about; leave --data out."
        )
    json_lines = saved.kind in QUESTION_ANSWERERS and Path(path).suffix.lower() == ".jsonl"
    if task is None or json_lines:
        examples = collect(path, json_rows(path), lambda row, where: _example(saved, row, where))
    else:
        examples = task.as_learned(task.read(path))
    return scorers[saved.kind](saved, examples.items)


def _finetuned(saved: SavedTask) -> Any:
    """The task that the model was fine-tuned on, where its folder says which."""
    file = saved.folder / FINETUNE_TASK_FILE
    if saved.kind not in _TASKS or not file.is_file():
        return None
    task = restore(read_json(file))
    fits = isinstance(task, _TASKS[saved.kind])
    if not fits or (isinstance(task, TextTask) and task.problem_kind != saved.task.problem):
        raise InputError(
            f"{file} is of the task {task.name}, which the {saved.kind} beside it was not trained "
            "for. Without the file, JSON lines are read."
        )
    return task


def _example(saved: SavedTask, row: dict[str, Any], where: str) -> Any:
    """A line as what the tasks read, all that it must hold checked but the names of labels."""
    if saved.kind == "token_classifier":
        words, tags = _texts(row, "words", where), _texts(row, "tags", where, str | int)
        if not words or len(words) != len(tags):
            raise InputError(f"{where}: {len(words)} words, {len(tags)} tags; expected one a word.")
        return TaggedWords(words, tags, where)
    if saved.kind == "multiple_choice":
        return _choice(row, where)
    if saved.kind in QUESTION_ANSWERERS:
        question, passage = (required_text(row, key, where) for key in ("question", "context"))
        answers = _texts(row, "answers", where)
        return PassageQuestion(where, question, passage, answers, None, where)
    text, pair, label = required_text(row, "text", where), row.get("text_pair"), row.get("label")
    if saved.kind == "sentence_order":
        pair = required_text(row, "text_pair", where)
        if isinstance(label, bool) or not isinstance(label, str | int) or label not in ORDERS:
            raise InputError(f"{where}: the label {label!r} is neither 'in_order' nor 'swapped'.")
    elif saved.kind == "text_classifier":
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
        raise InputError(f"{where}: a context or question is no text: {context!r}, {question!r}.")
    if not context.strip() and not question.strip():
        raise InputError(f"{where}: neither a context nor a question.")
    options = multiple_choice.checked_options(row.get("options"), where)
    answer = multiple_choice.answer_number(row.get("answer", row.get("label")), len(options), where)
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


def _arrays(made: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(made[name]) for name in INPUTS}


def _number(label: str, saved: SavedTask, where: str) -> int:
    names = saved.labels or []
    if label not in names:
        raise InputError(
            f"{where}: the label {label!r} is none of the model's: {', '.join(names)}."
            + suggest(label, names)
        )
    return names.index(label)


def _of_texts(saved: SavedTask, examples: list[TextExample]) -> dict[str, np.ndarray]:
    first = [example.text for example in examples]
    pairs = [example.text_pair for example in examples]
    for example in examples if any(pairs) else ():
        if example.text_pair is None:
            raise InputError(f"{example.where}: no text_pair, which other examples have.")
    return _arrays(saved.ready_preprocessor()(x=(first, pairs) if any(pairs) else first))


def _classified(saved: SavedTask, examples: list[TextExample]) -> HeldOut:
    if saved.task.problem == "regression":
        values = np.array([np.atleast_1d(example.label) for example in examples], np.float64)

        def distance(outputs: Outputs) -> dict[str, float]:
            return {"mean_absolute_error": float(np.abs(outputs["scores"] - values).mean())}

        return HeldOut(_of_texts(saved, examples), len(examples), distance)
    if saved.task.problem == "multi_label":
        wanted = np.zeros((len(examples), len(saved.labels or [])), np.bool_)
        for row, example in enumerate(examples):
            for label in example.label:
                wanted[row, _number(label, saved, example.where)] = True

        def all_labels(outputs: Outputs) -> dict[str, float]:
            right = (outputs["probabilities"] > 0.5) == wanted
            return {"accuracy": float(right.all(axis=1).mean())}

        return HeldOut(_of_texts(saved, examples), len(examples), all_labels)
    labels = np.array([_number(example.label, saved, example.where) for example in examples])
    return HeldOut(_of_texts(saved, examples), len(examples), _accuracy("scores", labels))


def _accuracy(name: str, labels: np.ndarray) -> Callable[[Outputs], dict[str, float]]:
    def score(outputs: Outputs) -> dict[str, float]:
        return {"accuracy": float((outputs[name].argmax(axis=-1) == labels).mean())}

    return score


def _tagged(saved: SavedTask, examples: list[TaggedWords]) -> HeldOut:
    labels = [[_number(tag, saved, one.where) for tag in one.tags or []] for one in examples]
    encoded = saved.ready_preprocessor().encode([example.words for example in examples])

    def score(outputs: Outputs) -> dict[str, float]:
        right = [
            (of_words.argmax(axis=-1) == np.array(tags, np.int64))
            for of_words, tags in zip(encoded.of_words(outputs["scores"]), labels, strict=True)
        ]
        return {"accuracy": float(np.concatenate(right).mean())}

    return HeldOut(encoded.x, len(examples), score)


def _chosen(saved: SavedTask, examples: list[ChoiceExample]) -> HeldOut:
    asked = [(example.context, example.question, example.options) for example in examples]
    answers = np.array([example.answer for example in examples])
    arrays = _arrays(saved.ready_preprocessor()(asked))
    return HeldOut(arrays, len(examples), _accuracy("scores", answers))


def _ordered(saved: SavedTask, examples: list[TextExample]) -> HeldOut:
    labels = np.array([ORDERS[example.label] for example in examples])
    return HeldOut(_of_texts(saved, examples), len(examples), _accuracy("sentence_order", labels))


def _answered(saved: SavedTask, asked: list[PassageQuestion], task: PassageTask | None) -> HeldOut:
    encoded = saved.ready_preprocessor().encode(
        [one.question for one in asked], [one.passage for one in asked]
    )
    settings = saved.description()
    most, threshold = settings["max_answer_tokens"], settings["no_answer_threshold"]
    exact, f1 = (exact_match, best_f1) if task is None else (task.exact, task.f1)

    def score(outputs: Outputs) -> dict[str, float]:
        if saved.kind == "joint_question_answerer":
            spans, null = answer_decoding.spans_from_beam(encoded, outputs, max_answer_tokens=most)
        else:
            spans, null = answer_decoding.spans_from_logits(
                encoded, outputs["start"], outputs["end"], max_answer_tokens=most
            )
        found = answer_decoding.named_answers(spans, null, 1, threshold)
        pairs = [(a["text"], q.answers or []) for a, q in zip(found, asked, strict=True)]
        return {
            "exact_match": float(np.mean([exact(*pair) for pair in pairs])),
            "f1": float(np.mean([f1(*pair) for pair in pairs])),
        }

    return HeldOut(encoded.x, len(asked), score)


def _masked(saved: SavedTask, examples: list[TextExample]) -> HeldOut:
    assert predicts_masks(saved.kind)
    tokenizer, longest = saved.tokenizer, saved.sequence_length
    places_a_row = max(1, -(-(longest - 2) // MASKED_EVERY))
    texts = [example.text for example in examples]
    encoded = [ids[: longest - 2] for ids in tokenizer.encode(texts)]
    encoded = [ids for ids in encoded if len(ids)]
    if not encoded:
        raise InputError("The texts to hide tokens of are empty.")
    shape = len(encoded), longest
    arrays = {name: np.zeros(shape, np.int32) for name in INPUTS}
    arrays["token_ids"][:] = tokenizer.pad_token_id
    positions = np.zeros((len(encoded), places_a_row), np.int32)
    hidden, used = positions.copy(), np.zeros(positions.shape, np.bool_)
    for row, ids in enumerate(encoded):
        places = 1 + np.arange(min(MASKED_EVERY, len(ids)) // 2, len(ids), MASKED_EVERY)
        line = np.concatenate([[tokenizer.cls_token_id], ids, [tokenizer.sep_token_id]])
        hidden[row, : len(places)], used[row, : len(places)] = line[places], True
        line[places] = tokenizer.mask_token_id
        arrays["token_ids"][row, : len(line)] = line
        arrays["padding_mask"][row, : len(line)] = 1
        positions[row, : len(places)] = places

    def score(outputs: Outputs) -> dict[str, float]:
        right = outputs["masked_tokens"].argmax(axis=-1) == hidden
        return {"masked_token_accuracy": float(right[used].mean())}

    return HeldOut({**arrays, "mask_positions": positions}, len(encoded), score)
