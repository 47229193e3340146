"""Labelled examples that a model and its artifact both answer: how many are right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks import restore
from keras_albert.benchmarks.choices.choice_example import ChoiceExample
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.questions.passage_question import PassageQuestion
from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.benchmarks.questions.squad_metrics import best_f1, exact_match
from keras_albert.benchmarks.tables import collect, json_rows
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.benchmarks.text_classification.text_task import TextTask
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords
from keras_albert.errors import InputError, suggest
from keras_albert.export.labelled_lines import ORDERS, labelled_line
from keras_albert.export.named_outputs import INPUTS
from keras_albert.files import read_json
from keras_albert.models.questions import answer_decoding
from keras_albert.models.saved_task import FINETUNE_TASK_FILE, SavedTask
from keras_albert.runtime.row_batches import batches_by_length, in_order
from keras_albert.runtime.task_kinds import load_named

BATCH_SIZE = 16
# Of every so many tokens one is hidden from a model that predicts masked tokens.
MASKED_EVERY = 7
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
        return batches_by_length(self.inputs, BATCH_SIZE)

    def measure(self, outputs: Sequence[Outputs], order: np.ndarray) -> dict[str, float]:
        """Metrics of what the batches gave, in their order.

        Args:
            outputs: of each batch.
            order: see `batches`.
        """
        widths = {
            name: max(np.shape(part[name])[1] for part in outputs)
            for name, value in outputs[0].items()
            if np.ndim(value) > 1
        }
        # No answer begins or ends where there is no token.
        return self.score(in_order(outputs, order, widths, -10_000.0))


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
    if saved.facts.held_out is None:
        raise InputError(f"A {saved.kind} has no labels to be right about; leave --data out.")
    made = load_named(saved.facts.held_out)
    json_lines = saved.facts.answers_questions and Path(path).suffix.lower() == ".jsonl"
    if task is None or json_lines:
        examples = collect(
            path, json_rows(path), lambda row, where: labelled_line(saved, row, where)
        )
    else:
        examples = task.as_learned(task.read(path))
    found: HeldOut = made(saved, examples.items, task)
    if task is None or saved.facts.answers_questions:
        return found
    return _measured_by(task, saved, examples, found)


def _measured_by(task: Any, saved: SavedTask, examples: Examples, found: HeldOut) -> HeldOut:
    """The same rows, with the metrics that fine-tuning printed beside the plain ones."""
    encoded = task.encode(saved.task, examples)

    def score(outputs: Outputs) -> dict[str, float]:
        scores = outputs[saved.facts.first_output]
        predictions = task.decode(saved.task, examples, encoded, scores)
        return {**found.score(outputs), **task.metrics(examples, predictions)}

    return replace(found, score=score)


def _finetuned(saved: SavedTask) -> Any:
    """The task that the model was fine-tuned on, where its folder says which."""
    file = saved.folder / FINETUNE_TASK_FILE
    if saved.facts.benchmark is None or not file.is_file():
        return None
    task = restore(read_json(file))
    fits = isinstance(task, load_named(saved.facts.benchmark))
    if not fits or (isinstance(task, TextTask) and task.problem_kind != saved.task.problem):
        raise InputError(
            f"{file} is of the task {task.name}, which the {saved.kind} beside it was not trained "
            "for. Without the file, JSON lines are read."
        )
    return task


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


def classes(saved: SavedTask, examples: list[TextExample], task: Any) -> HeldOut:
    """Texts with labels or numbers: accuracy, or the mean absolute error."""
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


def tags(saved: SavedTask, examples: list[TaggedWords], task: Any) -> HeldOut:
    """Words with tags: accuracy a word."""
    labels = [[_number(tag, saved, one.where) for tag in one.tags or []] for one in examples]
    encoded = saved.ready_preprocessor().encode([example.words for example in examples])

    def score(outputs: Outputs) -> dict[str, float]:
        right = [
            (of_words.argmax(axis=-1) == np.array(tags, np.int64))
            for of_words, tags in zip(encoded.of_words(outputs["scores"]), labels, strict=True)
        ]
        return {"accuracy": float(np.concatenate(right).mean())}

    return HeldOut(encoded.x, len(examples), score)


def choices(saved: SavedTask, examples: list[ChoiceExample], task: Any) -> HeldOut:
    """Questions with options: accuracy."""
    asked = [(example.context, example.question, example.options) for example in examples]
    answers = np.array([example.answer for example in examples])
    arrays = _arrays(saved.ready_preprocessor()(asked))
    return HeldOut(arrays, len(examples), _accuracy("scores", answers))


def orders(saved: SavedTask, examples: list[TextExample], task: Any) -> HeldOut:
    """Pairs with their order: accuracy."""
    labels = np.array([ORDERS[example.label] for example in examples])
    return HeldOut(
        _of_texts(saved, examples), len(examples), _accuracy(saved.facts.first_output, labels)
    )


def spans(saved: SavedTask, asked: list[PassageQuestion], task: PassageTask | None) -> HeldOut:
    """Questions with answers, by logits of starts and ends: exact match and F1."""

    def found(encoded: Any, outputs: Outputs, most: int) -> Any:
        return answer_decoding.spans_from_logits(
            encoded, outputs["start"], outputs["end"], max_answer_tokens=most
        )

    return _answered(saved, asked, task, found)


def beams(saved: SavedTask, asked: list[PassageQuestion], task: PassageTask | None) -> HeldOut:
    """As `spans`, by a beam of starts with ends."""

    def found(encoded: Any, outputs: Outputs, most: int) -> Any:
        return answer_decoding.spans_from_beam(encoded, outputs, max_answer_tokens=most)

    return _answered(saved, asked, task, found)


def _answered(
    saved: SavedTask,
    asked: list[PassageQuestion],
    task: PassageTask | None,
    spans_of: Callable[[Any, Outputs, int], Any],
) -> HeldOut:
    encoded = saved.ready_preprocessor().encode(
        [one.question for one in asked], [one.passage for one in asked]
    )
    settings = saved.description()
    most, threshold = settings["max_answer_tokens"], settings["no_answer_threshold"]
    exact, f1 = (exact_match, best_f1) if task is None else (task.exact, task.f1)

    def score(outputs: Outputs) -> dict[str, float]:
        answers, null = spans_of(encoded, outputs, most)
        found = answer_decoding.named_answers(answers, null, 1, threshold)
        pairs = [(a["text"], q.answers or []) for a, q in zip(found, asked, strict=True)]
        return {
            "exact_match": float(np.mean([exact(*pair) for pair in pairs])),
            "f1": float(np.mean([f1(*pair) for pair in pairs])),
        }

    return HeldOut(encoded.x, len(asked), score)


def hidden_tokens(saved: SavedTask, examples: list[TextExample], task: Any) -> HeldOut:
    """Texts of which every seventh token is hidden: accuracy."""
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
