"""Segments: consecutive in strict mode, Google's cuts in google mode, budgets after truncation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.data.segments import (
    google_pairs,
    random_segment,
    strict_pair,
    target_length,
    truncate_pair,
    window,
)
from keras_albert.errors import InputError

LENGTHS = st.lists(st.integers(1, 60), min_size=2, max_size=40)
SEEDS = st.integers(0, 2**32 - 1)


@given(LENGTHS, st.floats(0, 1), st.integers(2, 128))
def test_a_window_holds_the_target_or_the_rest_of_the_document(lengths, place, target):
    total = sum(lengths)
    start, end = window(np.array(lengths), place * total, target)
    assert 0 <= start < end <= len(lengths)
    assert end - start >= 2
    # As many tokens as asked for, or everything there is.
    assert sum(lengths[start:end]) >= min(target, total)
    # No sentence more than needed, the one that makes a pair of it apart.
    without_one = min(sum(lengths[start : end - 1]), sum(lengths[start + 1 : end]))
    assert end - start == 2 or without_one < target


@given(LENGTHS, st.floats(0, 0.999), st.integers(2, 128))
def test_a_document_that_fits_is_taken_whole(lengths, offset, more):
    total = sum(lengths)
    assert window(np.array(lengths), offset * total, total + more) == (0, len(lengths))


@given(LENGTHS, st.integers(2, 128))
def test_both_ends_of_a_document_are_reached(lengths, target):
    assert window(np.array(lengths), 0.0, target)[0] == 0
    assert window(np.array(lengths), sum(lengths), target)[1] == len(lengths)


def test_over_many_epochs_all_sentences_are_seen_about_alike():
    lengths = np.random.default_rng(0).integers(1, 30, 60)
    total = int(lengths.sum())
    units = -(-total // 61)
    seen = np.zeros(60, int)
    epochs = 200
    for offset in (np.arange(epochs) + 0.5) / epochs:
        for unit in range(units):
            start, end = window(lengths, (unit + offset) / units * total, 61)
            seen[start:end] += 1
    # About once an epoch, and more where the last sentence reaches over.
    assert seen.min() > 0.5 * epochs
    assert seen.max() < 2 * epochs


@given(LENGTHS, st.floats(0, 1), st.integers(2, 128), SEEDS)
def test_strict_segments_are_consecutive_and_not_empty(lengths, place, target, seed):
    span = strict_pair(np.array(lengths), place * sum(lengths), target, np.random.default_rng(seed))
    assert 0 <= span.start < span.middle < span.end <= len(lengths)
    assert not span.random_next


def test_every_place_to_split_is_as_likely():
    generator = np.random.default_rng(0)
    middles = [strict_pair(np.full(5, 10), 25, 50, generator).middle for _ in range(4000)]
    counts = np.bincount(middles, minlength=5)
    assert counts[0] == 0
    # 1000 each; six standard deviations.
    assert np.abs(counts[1:] - 1000).max() < 6 * np.sqrt(750)


def test_one_sentence_makes_no_strict_pair():
    with pytest.raises(InputError, match="at least two sentences"):
        strict_pair(np.array([10]), 5, 20, np.random.default_rng(0))


def test_short_targets_come_as_often_as_asked():
    generator = np.random.default_rng(0)
    targets = np.array([target_length(125, 0.1, generator) for _ in range(20_000)])
    short = targets[targets < 125]
    # 0.1 of the draws, evenly from 2 to 125: 123 of 124 of those are shorter.
    assert abs(len(short) / len(targets) - 0.1 * 123 / 124) < 0.01
    assert (short.min(), targets.max()) == (2, 125)
    assert abs(short.mean() - (2 + 124) / 2) < 4
    assert target_length(125, 0.0, generator) == 125


class AsRandom:
    """Python's `random.Random`, drawing from a NumPy generator."""

    def __init__(self, generator):
        self.generator = generator

    def random(self):
        return self.generator.random()

    def randint(self, low, high):
        return int(self.generator.integers(low, high + 1))


def reference_instances(document, max_tokens, short_seq_prob, rng, random_next_sentence):
    """Google's procedure in its own terms, written from its description: lists of tokens, sentences
    gathered until the target, then A, then B. `None` stands for a B from a random document."""
    target = max_tokens
    if rng.random() < short_seq_prob:
        target = rng.randint(2, max_tokens)
    instances = []
    gathered = []
    position = 0
    while position < len(document):
        gathered.append(document[position])
        is_last = position == len(document) - 1
        if is_last or sum(map(len, gathered)) >= target:
            in_a = 1
            if len(gathered) > 1:
                in_a = rng.randint(1, len(gathered) - 1)
            a = [token for sentence in gathered[:in_a] for token in sentence]
            b = [token for sentence in gathered[in_a:] for token in sentence]
            if len(gathered) == 1 or (random_next_sentence and rng.random() < 0.5):
                instances.append((a, None, 1))
                position -= len(gathered) - in_a
            elif not random_next_sentence and rng.random() < 0.5:
                instances.append((b, a, 1))
            else:
                instances.append((a, b, 0))
            gathered = []
        position += 1
    return instances


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=40),
    st.integers(5, 128),
    st.sampled_from([0.0, 0.1, 1.0]),
    st.booleans(),
    SEEDS,
)
def test_google_cuts_are_googles(lengths, max_tokens, short_seq_prob, random_next, seed):
    tokens = iter(range(sum(lengths)))
    document = [[next(tokens) for _ in range(length)] for length in lengths]
    wanted = reference_instances(
        document, max_tokens, short_seq_prob, AsRandom(np.random.default_rng(seed)), random_next
    )
    got = []
    for span in google_pairs(
        lengths,
        max_tokens,
        short_seq_prob,
        np.random.default_rng(seed),
        random_next_sentence=random_next,
    ):
        a = sum(document[span.start : span.middle], [])
        b = None if span.random_next else sum(document[span.middle : span.end], [])
        label = int(span.random_next or span.swapped)
        got.append((b, a, label) if span.swapped else (a, b, label))
    assert got == wanted


def test_a_chunk_of_one_sentence_takes_a_random_document_in_google_mode():
    """google-research/albert issue 234."""
    (span,) = google_pairs([200], 125, 0.0, np.random.default_rng(0))
    assert span.random_next
    assert span.middle == span.end == 1


@given(st.lists(st.integers(1, 20), min_size=1, max_size=10), st.integers(-5, 60), SEEDS)
def test_a_random_segment_is_a_run_of_sentences(lengths, wanted, seed):
    tokens = np.split(np.arange(sum(lengths)), np.cumsum(lengths)[:-1])
    segment = random_segment(tokens, wanted, np.random.default_rng(seed))
    assert (np.diff(segment) == 1).all()
    starts = [sentence[0] for sentence in tokens]
    ends = [sentence[-1] for sentence in tokens]
    assert segment[0] in starts and segment[-1] in ends
    assert len(segment) >= wanted or segment[-1] == ends[-1]
    # Without its last sentence it would be too short.
    last = lengths[ends.index(segment[-1])]
    assert len(segment) == last or len(segment) - last < wanted


def truncated_one_by_one(size_a, size_b, max_tokens):
    """The sizes Google's loop ends with: a token off the longer, off B when equal."""
    while size_a + size_b > max_tokens:
        if size_a > size_b:
            size_a -= 1
        else:
            size_b -= 1
    return size_a, size_b


@given(st.integers(1, 300), st.integers(1, 300), st.integers(2, 200), SEEDS)
def test_truncation_trims_the_longer_side(size_a, size_b, max_tokens, seed):
    a, b = np.arange(size_a), 1000 + np.arange(size_b)
    got_a, got_b = truncate_pair(a, b, max_tokens, np.random.default_rng(seed))
    assert (len(got_a), len(got_b)) == truncated_one_by_one(size_a, size_b, max_tokens)
    assert len(got_a) >= 1 and len(got_b) >= 1
    # What is left is a run of what was there.
    assert (np.diff(got_a) == 1).all() and set(got_a) <= set(a)
    assert (np.diff(got_b) == 1).all() and set(got_b) <= set(b)


def test_truncation_trims_front_and_back_alike():
    generator = np.random.default_rng(0)
    fronts = [
        int(truncate_pair(np.arange(100), np.arange(10), 60, generator)[0][0]) for _ in range(2000)
    ]
    # 50 tokens go, each from the front with 1/2: mean 25, variance 12.5.
    assert abs(np.mean(fronts) - 25) < 6 * np.sqrt(12.5 / 2000)
    assert abs(np.var(fronts) - 12.5) < 2.5
