"""LengthBatches: every row once, little padding, and the best few lengths."""

import itertools

import keras
import numpy as np
import pytest

from keras_albert.models.fitting import length_batches
from keras_albert.models.fitting.length_batches import LengthBatches, chosen_lengths, row_lengths

S = 64
GENERATOR = np.random.default_rng(7)
LENGTHS = np.minimum(GENERATOR.geometric(0.06, 501) + 2, S)


def _rows(lengths=LENGTHS):
    mask = (np.arange(S) < lengths[:, np.newaxis]).astype("int32")
    ids = np.arange(len(lengths))[:, np.newaxis] * mask
    x = {"token_ids": ids.astype("int32"), "segment_ids": 0 * mask, "padding_mask": mask}
    return {**x, "mask_positions": np.zeros((len(lengths), S), "int32")}


def _batches(batches):
    return [batches[index] for index in range(batches.num_batches)]


def test_every_row_comes_once_with_its_label_and_all_its_tokens():
    x, y = _rows(), np.arange(len(LENGTHS))
    batches = LengthBatches(x, y, batch_size=16, seed=3)
    for epoch in range(2):
        seen = []
        for inputs, labels in _batches(batches):
            assert (inputs["padding_mask"].sum(axis=1) == LENGTHS[labels]).all()
            assert (inputs["token_ids"][:, 0] == labels).all()
            # Positions of masks are no tokens, however many there are.
            assert inputs["mask_positions"].shape[1] == S
            seen += labels.tolist()
        assert sorted(seen) == y.tolist()
        assert batches.num_batches == -(-len(y) // 16)
        assert (batches.order == seen).all()
        if epoch == 0:
            first = seen
            batches.on_epoch_end()
    assert first != seen
    again = LengthBatches(x, y, batch_size=16, seed=3)
    assert again.order.tolist() == first
    again.set_epoch(1)
    assert again.order.tolist() == seen


def test_less_is_padding_than_in_random_batches():
    batches = LengthBatches(_rows(), batch_size=16, seed=0)
    assert len(batches.lengths) > 1
    grouped = sum(x["token_ids"].size for (x,) in map(_tuple, _batches(batches)))
    order = np.random.default_rng(0).permutation(len(LENGTHS))
    random = sum(LENGTHS[order[i : i + 16]].max() * 16 for i in range(0, len(order), 16))
    assert grouped < 0.6 * random


def _tuple(batch):
    return batch if isinstance(batch, tuple) else (batch,)


def test_without_a_seed_the_shortest_come_first():
    batches = LengthBatches(_rows(), batch_size=16)
    assert (np.diff(LENGTHS[batches.order]) >= 0).all()
    runs = batches.runs()
    assert [start for start, _, _ in runs] == [0, *(end for _, end, _ in runs[:-1])]
    assert [length for _, _, length in runs] == sorted({length for _, _, length in runs})


def test_the_batch_that_is_not_full_can_be_left_out():
    batches = LengthBatches(_rows(), batch_size=16, seed=0, drop_remainder=True)
    assert batches.num_batches == len(LENGTHS) // 16
    assert {len(_tuple(batch)[0]["token_ids"]) for batch in _batches(batches)} == {16}


def test_labels_along_tokens_are_cut_too():
    x = _rows()
    y, weights = x["token_ids"] + 1, x["padding_mask"].astype("float32")
    batches = LengthBatches(x, {"tags": y}, weights, batch_size=16, labels_along_tokens=True)
    inputs, labels, weight = batches[0]
    assert inputs["token_ids"].shape == labels["tags"].shape == weight.shape
    assert (labels["tags"] == inputs["token_ids"] + 1).all()


def test_the_longest_choice_counts():
    mask = np.zeros((2, 3, 10), int)
    mask[0, 0, :4] = mask[0, 2, :7] = 1
    assert row_lengths(mask).tolist() == [7, 1]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_lengths_leave_the_least_padding(most, monkeypatch):
    """Beside trying all choices."""
    monkeypatch.setattr(length_batches, "MOST_LENGTHS", {keras.config.backend(): most})
    lengths = np.minimum(LENGTHS, 60)
    chosen = chosen_lengths(lengths, 8, 60)
    candidates = [*range(8, 57, 8), 60]

    def padded(cuts):
        cuts = np.array(cuts)
        return cuts[np.searchsorted(cuts, lengths)].sum()

    best = min(
        padded(cuts)
        for number in range(1, most + 1)
        for cuts in itertools.combinations(candidates, number)
        if cuts[-1] >= lengths.max()
    )
    assert len(chosen) <= most and padded(chosen) == best


def test_few_batches_get_one_length(monkeypatch):
    monkeypatch.setattr(length_batches, "BATCHES_A_LENGTH", {keras.config.backend(): 8})
    assert chosen_lengths(np.array([3, 9, 17, 30]), 2, 512) == [32]
    assert chosen_lengths(np.array([3, 9, 17, 30]), 2, 30) == [30]
    assert chosen_lengths(np.array([3, 9, 17, 30]), 2, 30, epochs=8) == [16, 30]


def test_a_small_network_is_not_worth_programs(monkeypatch):
    monkeypatch.setattr(length_batches, "BATCHES_A_LENGTH", {keras.config.backend(): 8})
    monkeypatch.setattr(length_batches, "MOST_LENGTHS", {keras.config.backend(): 4})
    assert len(chosen_lengths(LENGTHS, 8, S, operations=1e9)) == 4
    assert len(chosen_lengths(LENGTHS, 8, S, operations=1e5)) == 1


def test_keras_reads_every_length():
    """Also where the first batches are of one length and a later one is of another."""
    inputs = {
        name: keras.Input((None,), name=name, dtype="int32")
        for name in ("token_ids", "segment_ids", "padding_mask")
    }
    total = keras.ops.sum(inputs["padding_mask"], axis=1, keepdims=True)
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.ops.cast(total, "float32")))
    model.compile(keras.optimizers.SGD(1e-6), "mse")
    seen = []
    x = _rows()
    del x["mask_positions"]
    batches = LengthBatches(x, LENGTHS * 0.0, batch_size=16, seed=1)

    class Seen(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    model.fit(batches.for_keras(), epochs=2, shuffle=False, verbose=0, callbacks=[Seen()])
    assert len(seen) == 2 * batches.num_batches
    assert np.isfinite(model.evaluate(batches.for_keras(), verbose=0))
