"""What all tasks on texts and pairs of texts have in common."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.text_classification.classification_metrics import log_softmax
from keras_albert.benchmarks.text_classification.text_example import TextExample
from keras_albert.errors import InputError, suggest
from keras_albert.models.text_classification.text_classifier import AlbertTextClassifier
from keras_albert.models.text_classification.text_classifier_preprocessor import (
    AlbertTextClassifierPreprocessor,
)


class TextTask(FinetuneTask):
    """One label of several for a text or a pair; other answers change the methods they need to.

    Items of `Examples` are `TextExample`.
    """

    sequence_length: int = 128
    problem_kind: str = "single_label"
    training_file: str = "training"

    def learn(self, train: Examples) -> None:
        """The labels in order: as numbers where all are, as text otherwise.

        Raises:
            InputError: there is only one, so nothing to tell apart.
        """
        self.training_file = str(train.path)
        if self.labels is None:
            self.labels = label_names([example.label for example in train.items], train)

    def problem(self, item: TextExample) -> str | None:
        if item.label is None or self.labels is None or item.label in self.labels:
            return None
        return (
            f"{item.where}: the label {item.label!r} does not occur in {self.training_file}."
            + suggest(str(item.label), self.labels)
        )

    def chance(self, train: Examples, validation: Examples) -> dict[str, Any] | None:
        """The label that is most frequent in training, given to everything."""
        frequent = Counter(example.label for example in train.items).most_common(1)[0][0]
        hits = [example.label == frequent for example in validation.items]
        return {
            "accuracy": sum(hits) / len(hits),
            "how": f"always answering {frequent!r}, the most frequent label in training",
        }

    def build(
        self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float
    ) -> AlbertTextClassifier:
        preprocessor = AlbertTextClassifierPreprocessor(tokenizer, sequence_length=sequence_length)
        return AlbertTextClassifier(
            backbone,
            self.num_outputs(),
            preprocessor=preprocessor,
            problem=self.problem_kind,
            dropout=dropout,
        )

    def num_outputs(self) -> int:
        """C, how many numbers the model gives for a text."""
        if self.labels is None:
            raise InputError(f"{self.name}: the labels are not known before `learn`.")
        return len(self.labels)

    def encode(self, model: Any, examples: Examples, *, training: bool = False) -> Encoded:
        first = [example.text for example in examples.items]
        pairs = [example.text_pair for example in examples.items]
        x = model.preprocessor(x=first if pairs[0] is None else (first, [p or "" for p in pairs]))
        labelled = all(example.label is not None for example in examples.items)
        for example in examples.items if labelled else ():
            if message := self.problem(example):
                raise InputError(message)
        targets = self.targets([example.label for example in examples.items]) if labelled else None
        return Encoded(x, targets, None, np.arange(len(first)))

    def targets(self, labels: Sequence[Any]) -> np.ndarray:
        """Labels as the model's loss wants them, (N,) or (N, C)."""
        numbers = {label: number for number, label in enumerate(self.labels or [])}
        return np.array([numbers[label] for label in labels], np.int32)

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        logs = log_softmax(outputs)
        answers = []
        for example, row in zip(examples.items, logs, strict=True):
            answer = self.asked(example)
            if example.label is not None:
                answer["gold"] = example.label
            labels = self.labels or []
            answer["prediction"] = labels[int(row.argmax())]
            answer["probabilities"] = {
                label: float(p) for label, p in zip(labels, np.exp(row), strict=True)
            }
            if example.label in labels:
                answer["correct"] = answer["prediction"] == example.label
                answer["loss"] = float(-row[labels.index(example.label)])
            answers.append(answer)
        return answers

    @staticmethod
    def asked(example: TextExample) -> dict[str, Any]:
        """The part of an answer that says what was asked."""
        answer: dict[str, Any] = {} if example.id is None else {"id": example.id}
        answer["text"] = example.text
        if example.text_pair is not None:
            answer["text_pair"] = example.text_pair
        if example.group is not None:
            answer["group"] = example.group
        return answer


def label_name(label: str | int) -> str:
    """A label as written, without spaces around it, in Unicode's composed form (NFC).

    A name typed on one system and one from a file of another are the same: `café` in four
    characters and in five.
    """
    return unicodedata.normalize("NFC", str(label).strip())


def label_names(labels: Sequence[str], examples: Examples) -> list[str]:
    """The labels that occur, in order: as numbers where all are, as text otherwise.

    Raises:
        InputError: there is only one, so nothing to tell apart.
    """
    names = set(labels)
    if len(names) < 2:
        raise InputError(
            f"All {len(labels)} texts have the label {next(iter(names))!r} (the first stands at "
            f"{examples.items[0].where}): a classifier needs at least two labels."
        )
    if all(name.isdecimal() for name in names):
        return sorted(names, key=int)
    return sorted(names)
