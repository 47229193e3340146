"""In-graph packing beside `runtime.packing.pack`, which the preprocessors use."""

import numpy as np
import pytest

from keras_albert.export.in_graph_packing import (
    encode_in_graph,
    mask_positions_in_graph,
    pack_in_graph,
)
from keras_albert.runtime.packing import pack
from tests.exported import tokenizer
from tests.golden_packing import (
    CLS,
    MASK_ID,
    PAD,
    SEP,
    SEQUENCE_LENGTHS,
    TRUNCATIONS,
    cases,
)

pytestmark = pytest.mark.once


@pytest.mark.parametrize("truncate", ["longest_first", "waterfall"])
@pytest.mark.parametrize("sides", [1, 2])
def test_equal_to_the_preprocessors_packing(truncate: str, sides: int) -> None:
    import tensorflow as tf

    generator = np.random.default_rng(sides)
    segments, ragged = [], []
    for _ in range(sides):
        lengths = generator.integers(0, 12, size=200)
        rows = [generator.integers(5, 99, size=n).astype(np.int32) for n in lengths]
        segments.append(rows)
        splits = tf.constant(np.concatenate([[0], np.cumsum(lengths)]), tf.int64)
        ragged.append((tf.constant(np.concatenate(rows)), splits))
    expected = pack(
        segments,
        sequence_length=11,
        truncate=truncate,
        cls_token_id=2,
        sep_token_id=3,
        pad_token_id=0,
    )
    special = {"cls": 2, "sep": 3, "pad": 0}
    actual, cut = pack_in_graph(ragged, sequence_length=11, truncate=truncate, special=special)
    width = actual["token_ids"].shape[1]
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array[:, :width])
        assert not array[:, width:].any()
    whole = sum(np.array([len(r) for r in rows]) for rows in segments)
    np.testing.assert_array_equal(cut, whole > 11 - 1 - sides)


def test_written_masks_become_mask_tokens() -> None:
    import tensorflow as tf

    words = tokenizer()
    texts = ["", "[MASK]", "a [MASK] b[MASK]", "no mask", "[MASK][MASK] end"]
    flat, splits = encode_in_graph(words.in_graph(), tf.constant(texts), words.mask_token_id)
    for row, text in enumerate(texts):
        expected: list[int] = []
        for number, part in enumerate(text.split("[MASK]")):
            expected += [words.mask_token_id] if number else []
            expected += words.encode([part])[0].tolist()
        assert flat[splits[row] : splits[row + 1]].numpy().tolist() == expected


def test_mask_positions() -> None:
    positions = mask_positions_in_graph(np.array([[2, 4, 9, 4], [2, 9, 9, 4], [2, 9, 9, 9]]), 4)
    assert positions.numpy().tolist() == [[1, 3], [3, 0], [0, 0]]
    assert mask_positions_in_graph(np.array([[2, 9]]), 4).numpy().tolist() == [[0]]


@pytest.mark.parametrize("truncate", TRUNCATIONS)
@pytest.mark.parametrize("sequence_length", SEQUENCE_LENGTHS)
@pytest.mark.parametrize("sides", [1, 2])
def test_every_row_is_the_golden_one(truncate: str, sequence_length: int, sides: int) -> None:
    import tensorflow as tf

    wanted = [
        case
        for case in cases()
        if (case.truncate, case.sequence_length, len(case.sides))
        == (truncate, sequence_length, sides)
    ]
    assert len(wanted) == 7**sides
    ragged = []
    for side in range(sides):
        rows = [case.sides[side] for case in wanted]
        splits = tf.constant(np.cumsum([0, *map(len, rows)]), tf.int64)
        ragged.append((tf.constant([i for row in rows for i in row], tf.int32), splits))
    special = {"cls": CLS, "sep": SEP, "pad": PAD}
    arrays, cut = pack_in_graph(
        ragged, sequence_length=sequence_length, truncate=truncate, special=special
    )
    positions = mask_positions_in_graph(arrays["token_ids"], MASK_ID).numpy()
    for row, case in enumerate(wanted):
        size = len(case.token_ids)
        assert arrays["token_ids"][row, :size].numpy().tolist() == case.token_ids, case
        assert arrays["segment_ids"][row, :size].numpy().tolist() == case.segment_ids, case
        assert int(arrays["padding_mask"][row].numpy().sum()) == size
        assert [place for place in positions[row].tolist() if place] == case.mask_positions
        assert bool(cut[row]) is case.truncated
