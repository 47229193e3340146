"""TokenClassification: named entities, parts of speech, anything with a tag a word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.benchmarks.tables import Rows
from keras_albert.benchmarks.token_classification.column_files import read_lines
from keras_albert.benchmarks.token_classification.tag_schemes import (
    WORDS,
    OddTag,
    TagScheme,
    recognised,
)
from keras_albert.benchmarks.token_classification.tagged_files import (
    TaggedWords,
    read_tagged_words,
    tagged_rows,
)
from keras_albert.errors import InputError, suggest
from keras_albert.files import write_aside
from keras_albert.models.token_classification.entities import (
    OUTSIDE,
    are_entity_tags,
    entities,
)
from keras_albert.models.token_classification.tagging import softmax, tagged
from keras_albert.models.token_classification.token_classifier import AlbertTokenClassifier
from keras_albert.models.token_classification.token_classifier_preprocessor import (
    AlbertTokenClassifierPreprocessor,
)

_BREAKS = re.compile(r"[\t\n\r]")


class TokenClassification(FinetuneTask):
    """Tags words.

    Where the tags mark entities (see `entities.are_entity_tags`), the metrics are those of the
    CoNLL shared tasks: precision, recall and F1 of whole entities, counted over all sentences
    together (`conlleval`). Parts of speech and other tags are measured by accuracy a word.

    The tags of training decide which scheme they are of (see `tag_schemes`); all are converted to
    IOB2, which the model learns, and whose tags answers and submissions have.

    Long sentences are read in overlapping rows, in training too, so no word is left out.

    Args:
        word_column: see `read_tagged_words`.
        tag_column: see `read_tagged_words`.
        tag_names: see `read_tagged_words`; or a file with a name a line.
        tag_scheme: what tags are, such as "BIOES B-TYPE"; "words" where every tag counts by itself.
            By default that is seen from the training file.

    Raises:
        InputError: a setting is wrong.
    """

    name = "token-classification"
    submission = "predictions.txt"
    main_metric = "f1"
    entity_metric = "f1"
    sequence_length = 128

    def __init__(
        self,
        word_column: int | str = 0,
        tag_column: int | str = -1,
        tag_names: Sequence[str] | str | None = None,
        tag_scheme: str | None = None,
    ) -> None:
        self.word_column = word_column
        self.tag_column = tag_column
        self.tag_names = _names(tag_names)
        self.tag_scheme = tag_scheme
        self._scheme = None if tag_scheme is None else TagScheme.named(tag_scheme)
        self._labels: list[str] | None = None

    @property
    def labels(self) -> list[str] | None:
        """The tags in order; they decide what is measured."""
        return self._labels

    @labels.setter
    def labels(self, labels: list[str] | None) -> None:
        self._labels = labels
        entity_tags = bool(labels) and are_entity_tags(labels or [])
        self.main_metric = self.entity_metric if entity_tags else "accuracy"

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        return read_tagged_words(path, labelled=labelled, skip_bad=skip_bad, **self._columns())

    def read_rows(
        self, rows: Rows, source: str, *, labelled: bool = True, skip_bad: bool = False
    ) -> Examples:
        """See `tagged_rows`."""
        return tagged_rows(rows, source, labelled=labelled, skip_bad=skip_bad, **self._columns())

    def _columns(self) -> dict[str, Any]:
        return {
            "word_column": self.word_column,
            "tag_column": self.tag_column,
            "tag_names": self.tag_names,
        }

    def learn(self, train: Examples) -> None:
        """The scheme of the tags, and the tags in order, "O" first where there is one.

        Of entities, the beginning and the inside of every type that occurs are known, even where
        training lacks one of them, since validation may have it.

        Raises:
            InputError: there is only one tag, so nothing to tell apart; or one does not fit the
                scheme of the others (file and line are named).
        """
        tags = {tag for example in train.items for tag in example.tags or []}
        if len(tags) < 2:
            raise InputError(
                f"{train.path}: every word has the tag {next(iter(tags), None)!r}; tagging needs "
                "at least two. Is the tag in another column?"
            )
        if self.tag_scheme is None:
            found = recognised(example.tags or [] for example in train.items)
            if isinstance(found, OddTag):
                raise InputError(_odd(train.items, found))
            self._scheme = found
            self.tag_scheme = WORDS if found is None else str(found)
        if self._scheme is not None:
            kinds = {self._scheme.letter_and_type(tag) for tag in tags}
            types = {kind[1] for kind in kinds if kind is not None and kind[1]}
            tags = {f"{letter}-{kind}" for kind in types for letter in "BI"} | {OUTSIDE}
        self.labels = sorted(tags, key=lambda tag: (tag != OUTSIDE, tag))

    def notes(self) -> list[str]:
        """Which scheme was taken."""
        if self._scheme is None:
            return ["Tags: each counts by itself (accuracy a word)."] if self.tag_scheme else []
        to = "" if str(self._scheme) == "IOB2 B-TYPE" else ", converted to IOB2 B-TYPE"
        return [f"Tags: entities in {self._scheme}{to}."]

    def tags_of(self, example: TaggedWords) -> list[str]:
        """The tags of an example as the model's labels are."""
        tags = example.tags or []
        return list(tags) if self._scheme is None else self._scheme.converted(tags)

    def as_learned(self, examples: Examples) -> Examples:
        """Examples with converted tags."""
        items = [replace(one, tags=one.tags and self.tags_of(one)) for one in examples.items]
        return replace(examples, items=items)

    def problem(self, item: TaggedWords) -> str | None:
        labels = self.labels
        if labels is None:
            return None
        for number, tag in enumerate(item.tags or []):
            known = tag in labels
            if self._scheme is not None:
                read = self._scheme.letter_and_type(tag)
                known = read is not None and (tag == OUTSIDE or f"B-{read[1]}" in labels)
                if read is None:
                    return (
                        f"{item.place(number)}: the tag {tag!r} is not of the scheme "
                        f"{self._scheme}, which training has."
                    )
            if not known:
                return (
                    f"{item.place(number)}: the tag {tag!r} does not occur in training."
                    + suggest(tag, labels)
                )
        return None

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
                [[numbers[tag] for tag in self.tags_of(example)] for example in examples.items]
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
                answer["gold"] = self.tags_of(example)
                gold = [labels.index(tag) for tag in answer["gold"]]
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
        """Writes the columns that `conlleval` reads: word, gold tag if there is one, prediction.

        They are separated by a space; by a tab (`conlleval -d`) where one holds a space. Tabs and
        line breaks in a word, which columns cannot hold, become spaces; conlleval does not read
        words.
        """
        tagged_words = []
        for row in predictions:
            words = [_BREAKS.sub(" ", word) for word in row["words"]]
            columns = [words, *([row["gold"]] if "gold" in row else []), row["prediction"]]
            tagged_words.append(list(zip(*columns, strict=True)))
        fields = (field for rows in tagged_words for fields in rows for field in fields)
        separator = "\t" if any(" " in field for field in fields) else " "
        with (
            write_aside(self.submission_file(path)) as aside,
            aside.open("w", encoding="utf-8", newline="\n") as file,
        ):
            for rows in tagged_words:
                file.writelines(separator.join(line) + "\n" for line in rows)
                file.write("\n")

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), **self._columns(), "tag_scheme": self.tag_scheme}


def _names(names: Sequence[str] | str | None) -> list[str] | None:
    """Names of tags: as they are, or those of a file."""
    if isinstance(names, str):
        return [line for line in read_lines(Path(names)) if isinstance(line, str) and line]
    if names is not None and not all(isinstance(name, str) and name for name in names):
        raise InputError(f"tag_names={names!r}: expected a list of texts, or a file of them.")
    return None if names is None else list(names)


def _odd(items: Sequence[TaggedWords], odd: OddTag) -> str:
    place = next(
        item.place(number)
        for item in items
        for number, tag in enumerate(item.tags or [])
        if tag == odd.tag
    )
    return (
        f"{place}: the tag {odd.tag!r} is unlike the others, which mark entities in {odd.scheme}. "
        "Mend it, or, if tags do not mark entities, set tag_scheme=words."
    )


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
