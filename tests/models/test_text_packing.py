"""Packing beside KerasHub's `MultiSegmentPacker`."""

import keras
import keras_hub
import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models.text_packing import check_packing, kept_lengths, pack

IDS = {"cls_token_id": 2, "sep_token_id": 3, "pad_token_id": 0}


def _rows(lengths, start):
    return [np.arange(start, start + n, dtype=np.int32) for n in lengths]


@pytest.mark.parametrize("truncate", ["round_robin", "waterfall"])
@pytest.mark.parametrize("sequence_length", [4, 5, 12, 13, 40])
@pytest.mark.parametrize("pairs", [False, True])
def test_rows_equal_kerashub(truncate, sequence_length, pairs):
    segments = [_rows([0, 1, 5, 20, 3, 9], 10)]
    if pairs:
        segments.append(_rows([2, 0, 7, 3, 20, 9], 50))
    ours = pack(segments, sequence_length=sequence_length, truncate=truncate, **IDS)
    packer = keras_hub.layers.MultiSegmentPacker(
        sequence_length=sequence_length, start_value=2, end_value=3, pad_value=0, truncate=truncate
    )
    lists = [[row.tolist() for row in segment] for segment in segments]
    token_ids, segment_ids = packer(tuple(lists) if pairs else lists[0])
    token_ids = keras.ops.convert_to_numpy(token_ids)
    np.testing.assert_array_equal(ours["token_ids"], token_ids)
    np.testing.assert_array_equal(ours["segment_ids"], keras.ops.convert_to_numpy(segment_ids))
    np.testing.assert_array_equal(ours["padding_mask"], token_ids != 0)
    assert {array.dtype for array in ours.values()} == {np.dtype("int32")}


def test_longest_first_is_google_s_loop():
    """google-research/albert `classifier_utils._truncate_seq_pair`, written out."""
    for first in range(12):
        for second in range(12):
            for budget in range(1, 16):
                a, b = first, second
                while a + b > budget:
                    if a > b:
                        a -= 1
                    else:
                        b -= 1
                lengths = np.array([[first], [second]])
                kept = kept_lengths(lengths, budget, "longest_first")
                assert kept.tolist() == [[a], [b]], (first, second, budget)


def test_bad_settings():
    with pytest.raises(InputError, match="must be 4 or more"):
        check_packing(3, "longest_first")
    with pytest.raises(InputError, match="Did you mean 'waterfall'"):
        check_packing(8, "waterfal")
