"""Labelled examples that a model and its artifact both answer: how many are right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError
from keras_albert.export.named_outputs import INPUTS, predicts_masks
from keras_albert.models.answer_decoding import named_answers, spans_from_beam, spans_from_logits
from keras_albert.models.saved_task import QUESTION_ANSWERERS, SavedTask
from keras_albert.tasks.rows import collect, json_rows, required_text
from keras_albert.tasks.squad_metrics import best_f1, exact_match

BATCH_SIZE = 16
# Of every so many tokens one is hidden from a model that predicts masked tokens.
MASKED_EVERY = 7
ORDERS = {"in_order": 0, "swapped": 1, 0: 0, 1: 1}

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
    """Reads labelled examples, JSON lines.

    Args:
        saved: the task.
        path: objects with, for a classifier "text", "text_pair" for pairs, and "label" (a name, a
            list of names, or a number for a regression); a token classifier "words" and "tags";
            multiple choice "context", "question", "options" and "label", a number from 0; sentence
            order "text", "text_pair" and "label", "in_order" or "swapped"; a question answerer
            "question", "context" and "answers", a list of texts, empty for none; a model of masked
            tokens "text", of which every seventh token is hidden.

    Raises:
        InputError: a line is bad, there is none, or the task has no labels.
    """
    readers: dict[str, Callable[[SavedTask, list[Any]], HeldOut]] = {
        "text_classifier": _classified,
        "token_classifier": _tagged,
        "multiple_choice": _chosen,
        "sentence_order": _ordered,
        **dict.fromkeys(QUESTION_ANSWERERS, _answered),
        **dict.fromkeys(("masked_lm", "pretrainer"), _masked),
    }
    if saved.kind not in readers:
        raise InputError(
            "An embedder's vectors have no labels to be right about; leave --data out."
        )
    needed = _REQUIRED[saved.kind]
    examples = collect(path, json_rows(path), lambda row, where: _complete(row, where, needed))
    return readers[saved.kind](saved, list(examples.items))


_REQUIRED = {
    "text_classifier": ("text", "label"),
    "token_classifier": ("words", "tags"),
    "multiple_choice": ("context", "question", "options", "label"),
    "sentence_order": ("text", "text_pair", "label"),
    "question_answerer": ("question", "context", "answers"),
    "joint_question_answerer": ("question", "context", "answers"),
    "masked_lm": ("text",),
    "pretrainer": ("text",),
}


def _complete(row: Any, where: str, needed: Sequence[str]) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise InputError(f"{where} is no object.")
    for name in needed:
        if name in ("text", "text_pair", "question", "context"):
            required_text(row, name, where)
        elif name not in row:
            raise InputError(f"{where} has no {name!r}; expected {', '.join(needed)}.")
    return row


def _arrays(made: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.asarray(made[name]) for name in INPUTS}


def _number(label: Any, names: Sequence[str]) -> int:
    if str(label) not in names:
        raise InputError(f"The label {label!r} is none of the model's: {', '.join(names)}.")
    return list(names).index(str(label))


def _of_texts(saved: SavedTask, rows: list[Any]) -> dict[str, np.ndarray]:
    first = [row["text"] for row in rows]
    pairs = [row.get("text_pair") for row in rows]
    if any(pairs) and not all(isinstance(pair, str) for pair in pairs):
        raise InputError("Some examples have a text_pair and some have none.")
    return _arrays(saved.ready_preprocessor()(x=(first, pairs) if any(pairs) else first))


def _classified(saved: SavedTask, rows: list[Any]) -> HeldOut:
    names, problem = saved.labels or [], saved.task.problem
    if problem == "regression":
        values = np.array([np.atleast_1d(row["label"]) for row in rows], np.float64)

        def distance(outputs: Outputs) -> dict[str, float]:
            return {"mean_absolute_error": float(np.abs(outputs["scores"] - values).mean())}

        return HeldOut(_of_texts(saved, rows), len(rows), distance)
    if problem == "multi_label":
        wanted = np.zeros((len(rows), len(names)), np.bool_)
        for row, example in enumerate(rows):
            for label in example["label"]:
                wanted[row, _number(label, names)] = True

        def all_labels(outputs: Outputs) -> dict[str, float]:
            right = (outputs["probabilities"] > 0.5) == wanted
            return {"accuracy": float(right.all(axis=1).mean())}

        return HeldOut(_of_texts(saved, rows), len(rows), all_labels)
    labels = np.array([_number(row["label"], names) for row in rows])
    return HeldOut(_of_texts(saved, rows), len(rows), _accuracy("scores", labels))


def _accuracy(name: str, labels: np.ndarray) -> Callable[[Outputs], dict[str, float]]:
    def score(outputs: Outputs) -> dict[str, float]:
        return {"accuracy": float((outputs[name].argmax(axis=-1) == labels).mean())}

    return score


def _tagged(saved: SavedTask, rows: list[Any]) -> HeldOut:
    encoded = saved.ready_preprocessor().encode([row["words"] for row in rows])
    labels = [[_number(tag, saved.labels or []) for tag in row["tags"]] for row in rows]

    def score(outputs: Outputs) -> dict[str, float]:
        right = [
            (of_words.argmax(axis=-1) == np.array(tags, np.int64))
            for of_words, tags in zip(encoded.of_words(outputs["scores"]), labels, strict=True)
        ]
        return {"accuracy": float(np.concatenate(right).mean())}

    return HeldOut(encoded.x, len(rows), score)


def _chosen(saved: SavedTask, rows: list[Any]) -> HeldOut:
    arrays = _arrays(saved.ready_preprocessor()(rows))
    return HeldOut(arrays, len(rows), _accuracy("scores", np.array([r["label"] for r in rows])))


def _ordered(saved: SavedTask, rows: list[Any]) -> HeldOut:
    for row in rows:
        if row["label"] not in ORDERS:
            raise InputError(f"The label {row['label']!r} is neither 'in_order' nor 'swapped'.")
    labels = np.array([ORDERS[row["label"]] for row in rows])
    return HeldOut(_of_texts(saved, rows), len(rows), _accuracy("sentence_order", labels))


def _answered(saved: SavedTask, rows: list[Any]) -> HeldOut:
    encoded = saved.ready_preprocessor().encode(
        [row["question"] for row in rows], [row["context"] for row in rows]
    )
    settings = saved.description()
    most, threshold = settings["max_answer_tokens"], settings["no_answer_threshold"]

    def score(outputs: Outputs) -> dict[str, float]:
        if saved.kind == "joint_question_answerer":
            spans, null = spans_from_beam(encoded, outputs, max_answer_tokens=most)
        else:
            spans, null = spans_from_logits(
                encoded, outputs["start"], outputs["end"], max_answer_tokens=most
            )
        found = named_answers(spans, null, 1, threshold)
        pairs = [(one["text"], row["answers"]) for one, row in zip(found, rows, strict=True)]
        return {
            "exact_match": float(np.mean([exact_match(*pair) for pair in pairs])),
            "f1": float(np.mean([best_f1(*pair) for pair in pairs])),
        }

    return HeldOut(encoded.x, len(rows), score)


def _masked(saved: SavedTask, rows: list[Any]) -> HeldOut:
    assert predicts_masks(saved.kind)
    tokenizer, longest = saved.tokenizer, saved.sequence_length
    places_a_row = max(1, -(-(longest - 2) // MASKED_EVERY))
    encoded = [ids[: longest - 2] for ids in tokenizer.encode([row["text"] for row in rows])]
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
