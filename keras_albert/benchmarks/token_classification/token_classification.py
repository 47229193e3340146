"""TokenClassification: named entities, parts of speech, anything with a tag a word."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords, read_tagged_words
from keras_albert.errors import InputError, suggest
from keras_albert.files import write_aside
from keras_albert.models.token_classification.entities import are_entity_tags, entities
from keras_albert.models.token_classification.tagging import softmax, tagged
from keras_albert.models.token_classification.token_classifier import AlbertTokenClassifier
from keras_albert.models.token_classification.token_classifier_preprocessor import (
    AlbertTokenClassifierPreprocessor,
)


class TokenClassification(FinetuneTask):
    """Tags words.

    Where the tags mark entities (see `entities.are_entity_tags`), the metrics are those of the
    CoNLL shared tasks: precision, recall and F1 of whole entities, counted over all sentences
    together (`conlleval`). Parts of speech and other tags are measured by accuracy a word.

    Long sentences are read in overlapping rows, in training too, so no word is left out.

    Args:
        word_column: see `read_tagged_words`.
        tag_column: see `read_tagged_words`.
    """

    name = "token-classification"
    submission = "predictions.txt"
    main_metric = "f1"
    sequence_length = 128

    def __init__(self, word_column: int = 0, tag_column: int = -1) -> None:
        self.word_column = word_column
        self.tag_column = tag_column
        self._labels: list[str] | None = None

    @property
    def labels(self) -> list[str] | None:
        """The tags in order; they decide what is measured."""
        return self._labels

    @labels.setter
    def labels(self, labels: list[str] | None) -> None:
        self._labels = labels
        self.main_metric = "f1" if labels and are_entity_tags(labels) else "accuracy"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        return read_tagged_words(
            path,
            labelled=labelled,
            skip_bad=skip_bad,
            word_column=self.word_column,
            tag_column=self.tag_column,
        )

    def learn(self, train: Examples) -> None:
        """The tags in order, "O" first where there is one.

        Of entities, the beginning and the inside of every type that occurs are known, even where
        training lacks one of them, since validation may have it.

        Raises:
            InputError: there is only one tag, so nothing to tell apart.
        """
        tags = {tag for example in train.items for tag in example.tags or []}
        if len(tags) < 2:
            raise InputError(
                f"{train.path}: every word has the tag {next(iter(tags), None)!r}; tagging needs "
                "at least two. Is the tag in another column?"
            )
        if are_entity_tags(list(tags)):
            if not {tag[0] for tag in tags} & set("ESLU"):
                tags |= {f"{p}-{tag[2:]}" for tag in tags if tag != "O" for p in "BI"}
            tags.add("O")
        self.labels = sorted(tags, key=lambda tag: (tag != "O", tag))

    def problem(self, item: TaggedWords) -> str | None:
        unknown = [tag for tag in item.tags or [] if tag not in (self.labels or [])]
        if not unknown or self.labels is None:
            return None
        return f"{item.where}: the tag {unknown[0]!r} does not occur in training." + suggest(
            unknown[0], self.labels
        )

    def build(
        self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float
    ) -> AlbertTokenClassifier:
        preprocessor = AlbertTokenClassifierPreprocessor(tokenizer, sequence_length)
        return AlbertTokenClassifier(
            backbone, len(self.labels or []), preprocessor=preprocessor, dropout=dropout
        )

    def encode(self, model: Any, examples: Examples, *, training: bool = False) -> Encoded:
        encoded = model.preprocessor.encode([example.words for example in examples.items])
        y = weights = None
        if all(example.tags is not None for example in examples.items):
            for example in examples.items:
                if message := self.problem(example):
                    raise InputError(message)
            numbers = {label: number for number, label in enumerate(self.labels or [])}
            y, weights = encoded.labels(
                [[numbers[tag] for tag in example.tags] for example in examples.items]
            )
        return Encoded(encoded.x, y, weights, encoded.sentence_of_row, encoded)

    def decode(
        self, model: Any, examples: Examples, encoded: Encoded, outputs: Any
    ) -> list[dict[str, Any]]:
        """A dict a sentence.

        "words", "prediction" (tags), "scores" (their probabilities), "entities" where the tags
        are such; and, where there are tags, "gold" and "loss", the mean of its words in nats.
        """
        outputs = np.asarray(outputs)
        labels = self.labels or []
        answers = []
        of_words = encoded.notes.of_words(outputs)
        for example, found, logits in zip(
            examples.items, tagged(encoded.notes, outputs, labels), of_words, strict=True
        ):
            answer = {} if example.id is None else {"id": example.id}
            answer["words"] = example.words
            if example.tags is not None:
                answer["gold"] = example.tags
                gold = [labels.index(tag) for tag in example.tags]
                right = softmax(logits)[np.arange(len(gold)), gold]
                answer["loss"] = float(-np.log(np.maximum(right, 1e-300)).mean())
            answer["prediction"] = found["tags"]
            answer["scores"] = found["scores"]
            if "entities" in found:
                answer["entities"] = found["entities"]
            answers.append(answer)
        return answers

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """{"accuracy"} a word, and of entities {"precision", "recall", "f1", "f1_TYPE", ...}."""
        pairs = [(row["gold"], row["prediction"]) for row in predictions]
        hits = [a == b for gold, tags in pairs for a, b in zip(gold, tags, strict=True)]
        measured = {"accuracy": sum(hits) / max(len(hits), 1)}
        if self.labels and are_entity_tags(self.labels):
            measured |= entity_metrics([g for g, _ in pairs], [p for _, p in pairs])
        return measured

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes the columns that `conlleval` reads: word, gold tag if there is one, prediction."""
        with (
            write_aside(self.submission_file(path)) as aside,
            aside.open("w", encoding="utf-8") as file,
        ):
            for row in predictions:
                columns = [row["words"], *([row["gold"]] if "gold" in row else [])]
                for line in zip(*columns, row["prediction"], strict=True):
                    file.write(" ".join(line) + "\n")
                file.write("\n")

    def settings(self) -> dict[str, Any]:
        columns = {"word_column": self.word_column, "tag_column": self.tag_column}
        return {**super().settings(), **columns}


def entity_metrics(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> dict[str, float]:
    """Precision, recall and F1 of whole entities over all sentences, as `conlleval` counts.

    Where nothing was found, or nothing is there to be found, the value is 0.

    Args:
        gold: tags of N sentences.
        predicted: likewise.

    Returns:
        "precision", "recall", "f1", and "f1_TYPE" for each type that occurs.
    """
    counts: dict[str, Counter[str]] = {"": Counter()}
    for one, other in zip(gold, predicted, strict=True):
        first, second = set(entities(one)), set(entities(other))
        for name, found in (("gold", first), ("found", second), ("correct", first & second)):
            for entity in found:
                counts[""][name] += 1
                counts.setdefault(entity.label, Counter())[name] += 1
    measured = {}
    for label in sorted(counts):
        count = counts[label]
        precision = count["correct"] / count["found"] if count["found"] else 0.0
        recall = count["correct"] / count["gold"] if count["gold"] else 0.0
        both = precision + recall
        f1 = 2 * precision * recall / both if both else 0.0
        if label:
            measured[f"f1_{label}"] = f1
        else:
            measured |= {"precision": precision, "recall": recall, "f1": f1}
    return measured
