"""One instance, from its number alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_albert.data.instance_plan import (
    EVALUATION,
    GOOGLE_PLAN,
    INSTANCE,
    Unit,
    generator_at,
    google_plan,
    offset_at,
    strict_plan,
)
from keras_albert.data.masking import Masker, MaskingOptions
from keras_albert.data.packing import pack_pair, pad
from keras_albert.data.segments import (
    SPECIALS_IN_PAIR,
    PairSpan,
    google_pairs,
    random_segment,
    strict_pair,
    target_length,
    truncate_pair,
)
from keras_albert.data.sentence_order import SENTENCE_TASKS, swap_segments
from keras_albert.data.token_store import StoredDocument, TokenStore
from keras_albert.data.tokenizer_protocol import TokenizerProtocol
from keras_albert.errors import InputError, suggest

MODES = ("strict", "google")


@dataclass(frozen=True)
class InstanceOptions:
    """Everything that decides what an instance holds, the store and the vocabulary apart.

    Attributes:
        sequence_length: tokens of an instance S, padding counted; at least 8.
        max_predictions: the most tokens to predict P, at most S.
        seed: 0 to 2^63 - 1.
        masking: see `MaskingOptions`.
        mode: `strict`: both segments always consecutive in one document, cut afresh each epoch.
            `google`: cut as Google's script does, its quirk of random documents included, once for
            all epochs; masks are drawn afresh.
        sentence_task: `sentence_order` (ALBERT), `next_sentence` (BERT) or `none`.
        short_seq_prob: how often an instance aims at fewer tokens; 0.1 in Google's script.
        dupe_factor: google mode: how often the corpus is cut anew within an epoch; 40 in Google's
            script.

    Raises:
        InputError: a setting is out of range or unknown.
    """

    sequence_length: int
    max_predictions: int
    seed: int
    masking: MaskingOptions = MaskingOptions()
    mode: str = "strict"
    sentence_task: str = "sentence_order"
    short_seq_prob: float = 0.1
    dupe_factor: int = 40

    def __post_init__(self) -> None:
        if self.sequence_length < 8:
            raise InputError(f"sequence_length is {self.sequence_length}; it must be 8 or more.")
        if not 1 <= self.max_predictions <= self.sequence_length:
            raise InputError(
                f"max_predictions is {self.max_predictions}; it must be from 1 to sequence_length "
                f"({self.sequence_length})."
            )
        if not 0 <= self.seed < 1 << 63:
            raise InputError(f"The seed is {self.seed}; it must be from 0 to 2^63 - 1.")
        _check_choice("mode", self.mode, MODES)
        _check_choice("sentence_task", self.sentence_task, SENTENCE_TASKS)
        if not 0 <= self.short_seq_prob <= 1:
            raise InputError(f"short_seq_prob is {self.short_seq_prob}; it must be from 0 to 1.")
        if self.dupe_factor < 1:
            raise InputError(f"dupe_factor is {self.dupe_factor}; it must be 1 or more.")
        if self.mode == "google" and self.sentence_task == "none":
            raise InputError(
                "Google's script always labels pairs: sentence_task 'none' needs mode 'strict'."
            )

    @property
    def max_tokens(self) -> int:
        """Tokens of both segments together: S without `[CLS]` and two `[SEP]`."""
        return self.sequence_length - SPECIALS_IN_PAIR


class InstanceMaker:
    """Makes the instances of a store; `len(maker)` is their number an epoch.

    An instance depends on (store, vocabulary, options, epoch, index) and nothing else.

    Args:
        store: the documents.
        tokenizer: the tokenizer they were made with.
        options: see `InstanceOptions`.

    Raises:
        InputError: the tokenizer is another one; the store gives no pairs; next-sentence labels
            are asked of a single document.
    """

    def __init__(
        self, store: TokenStore, tokenizer: TokenizerProtocol, options: InstanceOptions
    ) -> None:
        store.check_tokenizer(tokenizer.fingerprint)
        self.store = store
        self.options = options
        self._special = {
            "cls_token_id": int(tokenizer.cls_token_id),
            "sep_token_id": int(tokenizer.sep_token_id),
        }
        self._pad_token_id = int(tokenizer.pad_token_id)
        self._masker = Masker(
            word_starts=tokenizer.word_starts,
            special_token_ids=[int(i) for i in tokenizer.special_token_ids],
            mask_token_id=int(tokenizer.mask_token_id),
            max_predictions=options.max_predictions,
            options=options.masking,
            **self._special,
        )
        self._random_next = options.sentence_task == "next_sentence"
        if len(store) < 2 and (self._random_next or options.mode == "google"):
            raise InputError(
                f"{store.directory} holds one document: sentence_task 'next_sentence' and mode "
                "'google' take segments from other documents. Give a corpus of several."
            )
        if options.mode == "google":
            self._plan = google_plan(
                store,
                max_tokens=options.max_tokens,
                short_seq_prob=options.short_seq_prob,
                seed=options.seed,
                dupe_factor=options.dupe_factor,
                random_next_sentence=self._random_next,
            )
        else:
            self._plan = strict_plan(store, options.max_tokens)

    def __len__(self) -> int:
        """Instances an epoch."""
        return len(self._plan)

    def make(self, epoch: int, index: int, *, evaluation: bool = False) -> tuple[Any, Any, Any]:
        """The arrays of one instance.

        Args:
            epoch: from 0.
            index: from 0 to `len(self) - 1`.
            evaluation: whether to draw from the stream kept for evaluation, which training never
                sees.

        Returns:
            `(x, y, sample_weight)` as `PretrainingData` gives them, without the batch axis.
        """
        options = self.options
        purpose = EVALUATION if evaluation else INSTANCE
        generator = generator_at(options.seed, purpose, epoch, index)
        a, b, label = self.segments(epoch, self._plan[index], generator)
        a, b = truncate_pair(a, b, options.max_tokens, generator)
        token_ids, segment_ids = pack_pair(a, b, **self._special)
        masked, positions, labels = self._masker.mask(token_ids, generator)
        length, predictions = options.sequence_length, options.max_predictions
        x = {
            "token_ids": pad(masked, length, self._pad_token_id),
            "segment_ids": pad(segment_ids, length, 0),
            "padding_mask": pad(np.ones(len(token_ids), np.int32), length, 0),
            "mask_positions": pad(positions, predictions, 0),
        }
        y = {
            "masked_tokens": pad(labels, predictions, 0),
            "sentence_order": np.int32(label),
        }
        sample_weight = {
            "masked_tokens": pad(np.ones(len(labels), np.float32), predictions, 0),
            "sentence_order": np.float32(options.sentence_task != "none"),
        }
        return x, y, sample_weight

    def segments(
        self, epoch: int, unit: Unit, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """The two segments of a unit, whole, and their label.

        Args:
            epoch: from 0.
            unit: the place.
            generator: the instance's own.

        Returns:
            Token ids of A and of B, and the label: 1 for swapped (`sentence_order`) or for a B
            from another document (`next_sentence`), else 0.
        """
        document = self.store[unit.document]
        if self.options.mode == "google":
            return self._google_segments(document, unit, generator)
        offset = offset_at(self.options.seed, epoch, unit.document)
        # The document's units share an offset, so they stay evenly spread and cover the document,
        # while the cuts move from epoch to epoch.
        center = (unit.ordinal + offset) / unit.total * int(document.lengths.sum())
        target = target_length(self.options.max_tokens, self.options.short_seq_prob, generator)
        span = strict_pair(document.lengths, center, target, generator)
        a, b = _spans(document, span)
        if self.options.sentence_task == "sentence_order":
            return swap_segments(a, b, generator)
        if self._random_next and generator.random() < 0.5:
            other = int(generator.integers(0, len(self.store) - 1))
            other += other >= unit.document
            sentences = self.store[other].sentences
            return a, random_segment(sentences, target - len(a), generator), 1
        return a, b, 0

    def _google_segments(
        self, document: StoredDocument, unit: Unit, generator: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, int]:
        options = self.options
        span = google_pairs(
            document.lengths.tolist(),
            options.max_tokens,
            options.short_seq_prob,
            generator_at(options.seed, GOOGLE_PLAN, unit.repetition, unit.document),
            random_next_sentence=self._random_next,
        )[unit.ordinal]
        a, b = _spans(document, span)
        if span.random_next:
            # Google tries ten times for another document and then takes what it has.
            other = unit.document
            for _ in range(10):
                other = int(generator.integers(0, len(self.store)))
                if other != unit.document:
                    break
            sentences = self.store[other].sentences
            return a, random_segment(sentences, span.target - len(a), generator), 1
        return (b, a, 1) if span.swapped else (a, b, 0)


def _spans(document: StoredDocument, span: PairSpan) -> tuple[np.ndarray, np.ndarray]:
    ends = np.concatenate(([0], np.cumsum(document.lengths)))
    start, middle, end = (int(ends[i]) for i in (span.start, span.middle, span.end))
    return document.ids[start:middle], document.ids[middle:end]


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InputError(
            f"{name} is {value!r}; it must be one of {', '.join(choices)}.{suggest(value, choices)}"
        )
