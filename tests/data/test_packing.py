"""`[CLS] a [SEP] b [SEP]`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_albert.data.packing import pack_pair, pad
from keras_albert.errors import InputError

SEGMENT = hnp.arrays(np.int32, st.integers(1, 40), elements=st.integers(5, 99))


@given(SEGMENT, SEGMENT)
def test_a_pair_is_packed_as_lists_are_joined(a, b):
    token_ids, segment_ids = pack_pair(a, b, cls_token_id=2, sep_token_id=3)
    assert token_ids.tolist() == [2, *a.tolist(), 3, *b.tolist(), 3]
    assert segment_ids.tolist() == [0] * (len(a) + 2) + [1] * (len(b) + 1)
    assert token_ids.dtype == segment_ids.dtype == np.int32


def test_padding_fills_the_end_and_keeps_the_type():
    padded = pad(np.array([7, 8], np.float32), 4, 0)
    assert padded.tolist() == [7, 8, 0, 0]
    assert padded.dtype == np.float32
    assert pad(np.array([7, 8]), 2, 0).tolist() == [7, 8]
    with pytest.raises(InputError, match="3 values do not fit in 2"):
        pad(np.zeros(3), 2, 0)
