"""Numbers to places, and the chance that belongs to a place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_albert.data.instance_plan import (
    EVALUATION,
    INSTANCE,
    UnitPlan,
    generator_at,
    google_plan,
    offset_at,
    strict_plan,
)
from keras_albert.errors import InputError


@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=4))
def test_every_unit_has_one_number(counts):
    wanted = [
        (document, repetition, ordinal, count)
        for repetition, row in enumerate(counts)
        for document, count in enumerate(row)
        for ordinal in range(count)
    ]
    plan = UnitPlan(np.array(counts))
    assert len(plan) == len(wanted)
    assert [tuple(plan[i]) for i in range(len(plan))] == wanted


def test_strict_units_are_tokens_over_length(store, documents):
    wanted = sum(
        -(-sum(map(len, sentences)) // 61) for sentences in documents if len(sentences) > 1
    )
    plan = strict_plan(store, 61)
    assert len(plan) == wanted
    assert all(len(documents[plan[i].document]) > 1 for i in range(len(plan)))


def test_one_sentence_documents_alone_are_an_error(make_store):
    store = make_store([[np.array([5, 6])], [np.array([7])]])
    with pytest.raises(InputError, match="all of its 2 documents have one sentence"):
        strict_plan(store, 61)


def test_google_plan_repeats_the_corpus(store):
    options = {"max_tokens": 61, "short_seq_prob": 0.0, "seed": 0, "random_next_sentence": False}
    once = google_plan(store, dupe_factor=1, **options)
    # Without short targets the cuts follow from the lengths alone.
    assert len(google_plan(store, dupe_factor=3, **options)) == 3 * len(once)


def test_generators_of_different_places_differ():
    places = [(s, p, e, i) for s in (0, 1) for p in (INSTANCE, EVALUATION) for e in (0, 1)
              for i in range(8)]  # fmt: skip
    draws = {generator_at(*place).integers(0, 2**63) for place in places}
    assert len(draws) == len(places)
    assert generator_at(5, 0, 1, 2).random() == generator_at(5, 0, 1, 2).random()


def test_a_generator_is_philox_as_numpy_documents_it():
    """key and counter of the place, beside NumPy's own constructor with integers."""
    ours = generator_at(7, INSTANCE, epoch=3, index=11)
    counter = (11 << 128) + (3 << 192)
    numpys = np.random.Generator(np.random.Philox(key=7 + (INSTANCE << 64), counter=counter))
    np.testing.assert_array_equal(ours.integers(0, 2**63, 9), numpys.integers(0, 2**63, 9))


def test_offsets_are_even():
    offsets = [offset_at(1, epoch, document) for epoch in range(20) for document in range(200)]
    counts, _ = np.histogram(offsets, bins=10, range=(0, 1))
    # 400 each; six standard deviations.
    assert np.abs(counts - 400).max() < 6 * np.sqrt(400 * 0.9)
    assert len(set(offsets)) == len(offsets)
