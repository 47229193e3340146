"""Batches: their shapes, replay, resuming, sharding, evaluation."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from stub_tokenizer import StubTokenizer

import keras_albert
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.pipeline import PretrainingData
from keras_albert.errors import InputError


def assert_equal(first, second):
    for part_1, part_2 in zip(first, second, strict=True):
        assert part_1.keys() == part_2.keys()
        for name in part_1:
            np.testing.assert_array_equal(part_1[name], part_2[name])


def digest(batch):
    content = hashlib.sha256()
    for part in batch:
        for name in sorted(part):
            content.update(name.encode() + part[name].tobytes())
    return content.hexdigest()


def take(iterator, count):
    return [next(iterator) for _ in range(count)]


def rows(batches):
    """Each instance as one hashable value."""
    return [
        b"".join(part[name][i].tobytes() for part in batch for name in sorted(part))
        for batch in batches
        for i in range(len(batch[0]["token_ids"]))
    ]


def test_shapes_and_types_are_the_contracts(make_data):
    x, y, weights = next(iter(make_data()))
    got = {name: (array.shape, array.dtype.name) for part in (x, y) for name, array in part.items()}
    assert got == {
        "token_ids": ((4, 64), "int32"),
        "segment_ids": ((4, 64), "int32"),
        "padding_mask": ((4, 64), "int32"),
        "mask_positions": ((4, 10), "int32"),
        "masked_tokens": ((4, 10), "int32"),
        "sentence_order": ((4,), "int32"),
    }
    assert {name: (array.shape, array.dtype.name) for name, array in weights.items()} == {
        "masked_tokens": ((4, 10), "float32"),
        "sentence_order": ((4,), "float32"),
    }


def test_any_batch_can_be_made_alone(make_data):
    data = make_data()
    batches = take(iter(data), 2 * len(data) + 3)
    for k in (0, 1, len(data) - 1, len(data), 2 * len(data) + 2):
        assert_equal(data[k], batches[k])


def test_the_same_seed_gives_the_same_batch_in_a_fresh_process(store, make_data):
    # A package without its __init__.py, which would load Keras: this room needs none of it.
    program = f"""
import hashlib, sys, types
package = types.ModuleType("keras_albert")
package.__path__ = {list(keras_albert.__path__)!r}
sys.modules["keras_albert"] = package
sys.path.insert(0, {str(Path(__file__).parent)!r})
from stub_tokenizer import StubTokenizer
from keras_albert.data.pipeline import PretrainingData
from keras_albert.data.token_store import TokenStore
data = PretrainingData(TokenStore({str(store.directory)!r}), StubTokenizer(), sequence_length=64,
                       batch_size=4, max_predictions=10, seed=1)
digest = hashlib.sha256()
for part in data[37]:
    for name in sorted(part):
        digest.update(name.encode() + part[name].tobytes())
assert "keras" not in sys.modules
print(digest.hexdigest())
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == digest(make_data()[37])
    assert digest(make_data(seed=2)[37]) != digest(make_data()[37])


# Of a batch deep in the first epoch and of one in the fourth. They hold on every machine, and hold
# the streams of NumPy and Grain to what runs that go on after an upgrade were begun with.
DIGESTS = {
    "strict": ["132357a66d3f2998", "7adea9d0bee5ddd6"],
    "google": ["752f90c147431d99", "b5e848ecaeb6ab93"],
}


@pytest.mark.parametrize("mode", DIGESTS)
def test_batches_are_the_same_on_every_machine(make_data, mode):
    data = make_data(mode=mode, masking=MaskingOptions(mode=mode))
    assert [digest(data[7])[:16], digest(data[3 * len(data) + 7])[:16]] == DIGESTS[mode]


def test_each_epoch_has_every_instance_once_in_a_new_order_with_new_masks(make_data):
    data = make_data(batch_size=1)
    n = len(data)
    assert n == data.num_instances
    epochs = [rows(data[k] for k in range(e * n, (e + 1) * n)) for e in (0, 1)]
    assert len(set(epochs[0])) > 0.99 * n
    assert len(set(epochs[0]) & set(epochs[1])) < 0.1 * n
    # Every unit of the plan once, whatever the order.
    made = []
    maker = data._maker
    original = maker.make
    try:
        maker.make = lambda epoch, index: made.append((epoch, index)) or original(epoch, index)
        for k in range(2 * n):
            data[k]
    finally:
        maker.make = original
    assert sorted(made[:n]) == [(0, i) for i in range(n)]
    assert sorted(made[n:]) == [(1, i) for i in range(n)]
    assert [i for _, i in made[:n]] != [i for _, i in made[n:]]


@pytest.mark.parametrize("num_threads", [0, 2])
def test_resuming_in_the_middle_of_an_epoch_is_exact(make_data, num_threads):
    data = make_data(num_threads=num_threads)
    iterator = iter(data)
    take(iterator, len(data) + 5)
    state = json.loads(json.dumps(iterator.get_state()))
    rest = take(iterator, 10)
    fresh = iter(make_data(num_threads=0))
    fresh.set_state(state)
    for wanted, got in zip(rest, take(fresh, 10), strict=True):
        assert_equal(wanted, got)
    assert state == data.state_at(len(data) + 5)


def test_a_state_of_other_settings_is_refused(make_data):
    state = iter(make_data()).get_state()
    with pytest.raises(InputError, match="another token store or to other data settings"):
        iter(make_data(seed=2)).set_state(state)


def test_shards_are_disjoint_and_together_the_unsharded_batches(make_data):
    whole = make_data(batch_size=6)
    shards = [make_data(batch_size=2, shard_index=i, shard_count=3) for i in range(3)]
    assert [len(shard) for shard in shards] == [len(whole)] * 3
    for k in (0, 1, len(whole) - 1, len(whole), 2 * len(whole) + 1):
        parts = [rows([shard[k]]) for shard in shards]
        assert len(set(sum(parts, []))) == 6
        assert sorted(sum(parts, [])) == sorted(rows([whole[k]]))


def test_evaluation_is_one_pass_with_fixed_masks(make_data):
    data = make_data(batch_size=7)
    first, second = list(data.evaluation_batches()), list(data.evaluation_batches())
    for one, two in zip(first, second, strict=True):
        assert_equal(one, two)
    assert {batch[0]["token_ids"].shape for batch in first} == {(7, 64)}
    assert sum(batch[2]["sentence_order"].sum() for batch in first) == data.num_instances
    filler = first[-1][2]["sentence_order"] == 0
    assert filler.sum() == -data.num_instances % 7
    assert (first[-1][2]["masked_tokens"][filler] == 0).all()


def test_evaluation_shards_make_the_whole(make_data):
    def real_rows(data):
        return [
            row
            for batch in data.evaluation_batches()
            for row, weight in zip(rows([batch]), batch[2]["sentence_order"], strict=True)
            if weight
        ]

    shards = [make_data(shard_index=i, shard_count=2) for i in range(2)]
    assert sorted(sum(map(real_rows, shards), [])) == sorted(real_rows(make_data()))


def test_statistics_are_counted_from_the_batches(make_data):
    data = make_data()
    statistics = data.masking_statistics(20)
    batches = take(iter(data), 20)
    predictions = sum((b[2]["masked_tokens"] > 0).sum() for b in batches)
    tokens = sum((b[0]["token_ids"] != 0).sum() for b in batches)
    assert statistics["instances"] == 80
    assert statistics["predictions"] == predictions
    assert statistics["tokens"] == tokens
    assert statistics["predictions_per_instance"] == predictions / 80
    assert statistics["masked_share"] == predictions / tokens
    assert 0.1 < statistics["masked_share"] <= 0.16
    assert statistics["padding_share"] == pytest.approx(1 - tokens / (80 * 64))
    assert statistics["label_share"] == sum(b[1]["sentence_order"].sum() for b in batches) / 80


def test_google_mode_masks_as_google(make_data):
    assert make_data(mode="google", dupe_factor=1).options.masking.mode == "google"
    assert make_data().options.masking.mode == "strict"


def test_bad_settings_are_named(make_data, make_store, store):
    for options, message in [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"shard_index": 2, "shard_count": 2}, "shard_index is 2 with 2 shards"),
        ({"batch_size": 10**6}, "fewer than one batch of 1000000"),
        ({"sequence_length": 4}, "sequence_length is 4"),
        ({"max_predictions": 100}, "max_predictions is 100"),
    ]:
        with pytest.raises(InputError, match=message):
            make_data(**options)
    with pytest.raises(InputError, match="have one sentence"):
        make_data(make_store([[np.array([5])]]))
    with pytest.raises(InputError, match="another tokenizer"):
        PretrainingData(
            store,
            StubTokenizer(2000),
            sequence_length=64,
            batch_size=4,
            max_predictions=10,
            seed=0,
        )
    with pytest.raises(IndexError):
        make_data()[-1]
