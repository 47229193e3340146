"""AlbertTokenClassifierPreprocessor: words and their labels to rows of tokens."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.errors import InputError
from keras_albert.models.preprocessor import AlbertPreprocessor
from keras_albert.models.text_packing import check_packing
from keras_albert.models.token_classification.words import (
    WordRange,
    read_sentences,
    word_pieces,
    word_ranges,
)

NO_LABEL = -1


@dataclass(frozen=True)
class EncodedWords:
    """Sentences as rows of tokens.

    Attributes:
        x: the model's inputs, each int32 (R, S).
        sentence_of_row: (R,), the sentence each row is of.
        range_of_row: R ranges of words.
        positions: R arrays: where in its row the first piece of each of its words stands.
        words: B lists of words.
        characters: for texts, B lists of ranges, of the characters of each word; else None.
    """

    x: dict[str, np.ndarray]
    sentence_of_row: np.ndarray
    range_of_row: list[WordRange]
    positions: list[np.ndarray]
    words: list[list[str]]
    characters: list[list[tuple[int, int]]] | None

    def labels(self, labels: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Labels of words as labels of tokens: a word's label on its first piece.

        Each word counts once: in the row that answers for it.

        Args:
            labels: B lists of numbers, one a word; negative for a word without.

        Returns:
            int32 (R, S), and float32 (R, S): 1 where there is a label, else 0 for both.

        Raises:
            InputError: there are more or fewer labels than words, or one is no number.
        """
        _check_labels(labels, self.words)
        y = np.zeros(self.x["token_ids"].shape, np.int32)
        weights = np.zeros(y.shape, np.float32)
        for row, (sentence, span, positions) in enumerate(
            zip(self.sentence_of_row, self.range_of_row, self.positions, strict=True)
        ):
            numbers = np.array(labels[sentence][span.first : span.last], np.int32)
            places = positions[span.first - span.start : span.last - span.start]
            y[row, places] = np.maximum(numbers, 0)
            weights[row, places] = numbers >= 0
        return y, weights

    def of_words(self, outputs: np.ndarray) -> list[np.ndarray]:
        """What a model says of words.

        Args:
            outputs: (R, S, C).

        Returns:
            B arrays (words, C), from each word's first piece in the row that answers for it.
            Words beyond the rows (after `whole=False`) are missing at the end.
        """
        collected: list[list[np.ndarray]] = [[] for _ in self.words]
        for row, (sentence, span, positions) in enumerate(
            zip(self.sentence_of_row, self.range_of_row, self.positions, strict=True)
        ):
            places = positions[span.first - span.start : span.last - span.start]
            collected[sentence].append(np.asarray(outputs[row])[places])
        empty = np.zeros((0, outputs.shape[-1]), outputs.dtype)
        return [np.concatenate(parts) if parts else empty for parts in collected]


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTokenClassifierPreprocessor(AlbertPreprocessor, keras_hub.models.Preprocessor):
    """`[CLS] words [SEP]`, with labels on the first piece of each word.

    Devlin et al. 2019, section 5.3: a word is represented by its first piece; the others, the
    special pieces and padding have no label.

    Words are encoded one by one, so a text's words are found first (`words.split_words`). Called
    as a layer, a sentence is a row, and words beyond its end are left out, with a warning where
    they have labels. `encode` cuts a long sentence into overlapping rows of whole words instead.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S.
        overlap: tokens that consecutive rows of one sentence share; by default a quarter of S.

    Call arguments:
        x: B lists of words, or B texts.
        y: B lists of label numbers, one a word, negative for none; or None.
        sample_weight: B weights of sentences, or None.

    Returns:
        {"token_ids", "segment_ids", "padding_mask"}, each int32 (B, S). With labels a tuple
        `(x, y, sample_weight)`, y int32 (B, S) and sample_weight float32 (B, S).

    Raises:
        InputError: a setting is wrong, what was passed is no words, or labels do not fit words.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 512,
        overlap: int | None = None,
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, "longest_first")
        if overlap is not None and not 0 <= overlap < sequence_length - 2:
            raise InputError(
                f"overlap={overlap} does not fit sequence_length={sequence_length}: expected 0 to "
                f"{sequence_length - 3}."
            )
        super().__init__(**kwargs)
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.overlap = overlap

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """See the class."""
        single = isinstance(x, str)
        encoded = self.encode([x] if single else x, whole=False)
        arrays = {name: array[0] for name, array in encoded.x.items()} if single else encoded.x
        if y is None:
            return keras.utils.pack_x_y_sample_weight(arrays)
        labels, weights = encoded.labels([y] if single else y)
        if sample_weight is not None:
            weights = weights * np.asarray(sample_weight, np.float32).reshape(-1, 1)
        if cut := self._cut(encoded, [y] if single else y):
            warnings.warn(
                f"{sum(cut)} words of {len(cut)} sentences stand beyond sequence_length="
                f"{self.sequence_length}, and their labels are not learnt. Raise it, or make rows "
                "of long sentences with encode().",
                stacklevel=2,
            )
        if single:
            labels, weights = labels[0], weights[0]
        return keras.utils.pack_x_y_sample_weight(arrays, labels, weights)

    @staticmethod
    def _cut(encoded: EncodedWords, labels: Any) -> list[int]:
        ends = [0] * len(encoded.words)
        for sentence, span in zip(encoded.sentence_of_row, encoded.range_of_row, strict=True):
            ends[sentence] = span.last
        counts = [
            sum(number >= 0 for number in numbers[end:])
            for numbers, end in zip(labels, ends, strict=True)
        ]
        return [count for count in counts if count]

    def encode(self, x: Any, *, whole: bool = True) -> EncodedWords:
        """Sentences as rows, with the way back to their words.

        Args:
            x: B lists of words, or B texts.
            whole: make further rows of what does not fit in one; else it is left out. A sentence
                without words has no row; with `whole=False` it has an empty one.

        Raises:
            InputError: what was passed is no words.
        """
        sentences, characters = read_sentences(x)
        budget = self.sequence_length - 2
        overlap = self.sequence_length // 4 if self.overlap is None else self.overlap
        pieces = word_pieces(self.tokenizer, sentences, budget)
        rows: list[tuple[int, WordRange]] = []
        for number, words in enumerate(pieces):
            ranges = word_ranges([len(ids) for ids in words], budget, overlap)
            if not whole:
                ranges = ranges[:1] or [WordRange(0, 0, 0, 0)]
                ranges = [WordRange(0, ranges[0].end, 0, ranges[0].end)]
            rows += [(number, span) for span in ranges]
        shape = len(rows), self.sequence_length
        token_ids = np.full(shape, self.tokenizer.pad_token_id, np.int32)
        mask = np.zeros(shape, np.int32)
        positions = []
        for row, (number, span) in enumerate(rows):
            ids = pieces[number][span.start : span.end]
            lengths = np.array([len(one) for one in ids], np.int64)
            positions.append(1 + np.cumsum(lengths) - lengths)
            end = 1 + int(lengths.sum())
            token_ids[row, 0] = self.tokenizer.cls_token_id
            token_ids[row, 1:end] = np.concatenate(ids) if ids else []
            token_ids[row, end] = self.tokenizer.sep_token_id
            mask[row, : end + 1] = 1
        arrays = {
            "token_ids": token_ids,
            "segment_ids": np.zeros(shape, np.int32),
            "padding_mask": mask,
        }
        numbers = np.array([number for number, _ in rows], np.int64)
        return EncodedWords(
            arrays, numbers, [span for _, span in rows], positions, sentences, characters
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "overlap": self.overlap,
        }


def _check_labels(labels: Any, words: list[list[str]]) -> None:
    if len(labels) != len(words):
        raise InputError(f"There are {len(words)} sentences and labels of {len(labels)}.")
    for number, (sentence, given) in enumerate(zip(words, labels, strict=True)):
        if isinstance(given, str) or not hasattr(given, "__len__"):
            raise InputError(
                f"The labels of sentence {number} are {given!r}; expected a list of numbers, one a "
                "word."
            )
        if len(given) != len(sentence):
            raise InputError(
                f"Sentence {number} has {len(sentence)} words and {len(given)} labels."
            )
        for label in given:
            if isinstance(label, str | bool) or not isinstance(label, int | np.integer):
                raise InputError(
                    f"Sentence {number} has the label {label!r}; expected a number. Number the "
                    "tags: names = sorted(set(tags)); names.index(tag)."
                )
