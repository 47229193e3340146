"""Which instance is which: number of an instance -> a place in a document.

An epoch is numbered 0 to `len(plan) - 1`. Numbers are turned into places by arithmetic and one
binary search, so any instance of any epoch can be made without making those before it.
"""

from typing import NamedTuple

import numpy as np

from keras_albert.data.segments import google_pairs
from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError

# What a generator is for; part of its key, so that no two uses share a stream.
INSTANCE, EVALUATION, GOOGLE_PLAN = range(3)
_64_BITS = (1 << 64) - 1


def generator_at(seed: int, purpose: int, epoch: int, index: int) -> np.random.Generator:
    """The generator of one purpose at one place, the same on every machine.

    Philox is counter-based: the place is written into the upper half of its counter, the lower
    half counts the draws, so streams never meet.

    Args:
        seed: of the run, 0 to 2^63 - 1.
        purpose: one of the constants of this module.
        epoch: from 0.
        index: from 0.
    """
    return np.random.Generator(
        np.random.Philox(
            key=np.array([seed, purpose], np.uint64),
            counter=np.array([0, 0, index, epoch], np.uint64),
        )
    )


def offset_at(seed: int, epoch: int, document: int) -> float:
    """A number from 0 up to 1 for a document in an epoch, the same on every machine.

    One number does not pay for a generator: this is the finalizer of SplitMix64 (Steele, Lea and
    Flood 2014), run over the three in turn.

    >>> 0 <= offset_at(0, 1, 2) < 1
    True
    """
    mixed = 0
    for value in (seed, epoch, document):
        mixed = (mixed + value + 0x9E3779B97F4A7C15) & _64_BITS
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _64_BITS
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _64_BITS
        mixed ^= mixed >> 31
    return (mixed >> 11) / (1 << 53)


class Unit(NamedTuple):
    """A place in the corpus that gives one instance.

    Attributes:
        document: its number in the store.
        repetition: which time round the corpus; 0 in strict mode.
        ordinal: which of the document's units.
        total: how many units the document has this time round.
    """

    document: int
    repetition: int
    ordinal: int
    total: int


class UnitPlan:
    """All units of an epoch.

    Args:
        counts: units of each document, int `[repetitions, documents]`.
    """

    def __init__(self, counts: np.ndarray) -> None:
        self._counts = np.ascontiguousarray(counts, np.int32)
        self._ends = np.cumsum(self._counts.reshape(-1), dtype=np.int64)

    def __len__(self) -> int:
        """Units an epoch."""
        return int(self._ends[-1])

    def __getitem__(self, index: int) -> Unit:
        """Unit `index`, from 0."""
        row = int(np.searchsorted(self._ends, index, side="right"))
        repetition, document = divmod(row, self._counts.shape[1])
        count = int(self._counts[repetition, document])
        return Unit(document, repetition, index - (int(self._ends[row]) - count), count)


def strict_plan(store: TokenStore, max_tokens: int) -> UnitPlan:
    """A document of n tokens has ceil(n / max_tokens) units, one of a single sentence none.

    Args:
        store: the documents.
        max_tokens: the tokens of an instance, specials not counted.

    Raises:
        InputError: no document has two sentences.
    """
    tokens, sentences = store.lengths[:, 0].astype(np.int64), store.lengths[:, 1]
    counts = np.where(sentences >= 2, -(-tokens // max_tokens), 0)
    if not counts.any():
        raise InputError(
            f"No pair of sentences can be made from {store.directory}: all of its {len(store)} "
            "documents have one sentence. Give documents of several sentences (plain text: a "
            "blank line between documents, not between sentences)."
        )
    return UnitPlan(counts[None])


def google_plan(
    store: TokenStore,
    *,
    max_tokens: int,
    short_seq_prob: float,
    seed: int,
    dupe_factor: int,
    random_next_sentence: bool,
) -> UnitPlan:
    """What Google's script would write: the corpus cut `dupe_factor` times.

    Reads every document once, since the cuts follow from the sentence lengths.

    Args:
        store: the documents.
        max_tokens: the tokens of an instance, specials not counted.
        short_seq_prob: see `segments.target_length`.
        seed: of the run.
        dupe_factor: how often the corpus is cut anew; 40 in Google's script.
        random_next_sentence: see `segments.google_pairs`.
    """
    counts = np.zeros((dupe_factor, len(store)), np.int32)
    for document in range(len(store)):
        lengths = store[document].lengths.tolist()
        for repetition in range(dupe_factor):
            pairs = google_pairs(
                lengths,
                max_tokens,
                short_seq_prob,
                generator_at(seed, GOOGLE_PLAN, repetition, document),
                random_next_sentence=random_next_sentence,
            )
            counts[repetition, document] = len(pairs)
    return UnitPlan(counts)
