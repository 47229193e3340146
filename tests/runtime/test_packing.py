"""Packing beside the golden table that the graph and the page are held to as well."""

import numpy as np
import pytest

from keras_albert.runtime.packing import joined_by_mask, kept_lengths, mask_positions, pack
from tests.golden_packing import CLS, MASK_ID, PAD, SEP, cases

pytestmark = pytest.mark.once


def test_every_row_is_the_golden_one() -> None:
    assert len(cases()) == 840
    for case in cases():
        arrays = pack(
            [[np.array(side, np.int32)] for side in case.sides],
            sequence_length=case.sequence_length,
            truncate=case.truncate,
            cls_token_id=CLS,
            sep_token_id=SEP,
            pad_token_id=PAD,
        )
        size = len(case.token_ids)
        filling = [PAD] * (case.sequence_length - size)
        assert arrays["token_ids"][0].tolist() == [*case.token_ids, *filling], case
        assert arrays["segment_ids"][0].tolist() == [*case.segment_ids, *filling], case
        assert arrays["padding_mask"][0].tolist() == [1] * size + filling, case
        found = mask_positions(arrays["token_ids"], MASK_ID)
        assert found.tolist() == [case.mask_positions or [0]], case
        lengths = np.array([[len(side)] for side in case.sides])
        budget = case.sequence_length - 1 - len(case.sides)
        kept = kept_lengths(lengths, budget, case.truncate)
        assert bool((kept < lengths).any()) is case.truncated


def test_masks_stand_between_their_stretches() -> None:
    nothing = np.array([], np.int32)
    assert joined_by_mask([nothing], 4).tolist() == []
    assert joined_by_mask([nothing, nothing], 4).tolist() == [4]
    assert joined_by_mask([np.array([7]), nothing, np.array([8, 9])], 4).tolist() == [7, 4, 4, 8, 9]
    assert joined_by_mask([np.array([7])], 4).dtype == np.int32
