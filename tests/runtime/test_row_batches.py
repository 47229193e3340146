import numpy as np
import pytest

from keras_albert.runtime.row_batches import batches_by_length, in_order

pytestmark = pytest.mark.once


@pytest.mark.parametrize("choices", [None, 3])
def test_rows_are_cut_and_come_back_in_their_order(choices: int | None) -> None:
    generator = np.random.default_rng(0)
    shape = (50,) if choices is None else (50, choices)
    lengths = generator.integers(1, 30, size=shape)
    mask = (np.arange(40) < lengths[..., np.newaxis]).astype(np.int32)
    ids = generator.integers(5, 99, size=(*shape, 40)).astype(np.int32) * mask
    places = np.arange(100).reshape(50, 2)
    batches, order = batches_by_length(
        {"token_ids": ids, "padding_mask": mask, "mask_positions": places}, 8
    )
    assert sorted(order.tolist()) == list(range(50))
    widths = [batch["token_ids"].shape[-1] for batch in batches]
    assert widths == sorted(widths) and widths[-1] == lengths.max() < 40
    assert [len(batch["token_ids"]) for batch in batches] == [8] * 6 + [2]
    # No token is lost, and no batch is wider than its longest row.
    for batch in batches:
        assert (batch["padding_mask"].sum(axis=-1).max()) == batch["token_ids"].shape[-1]
    outputs = [
        {"tokens": batch["token_ids"].reshape(len(batch["token_ids"]), -1), "rows": places_of}
        for batch in batches
        for places_of in [batch["mask_positions"]]
    ]
    if choices is not None:
        outputs = [{"rows": output["rows"]} for output in outputs]
    found = in_order(outputs, order, {} if choices else {"tokens": 40}, -1.0)
    np.testing.assert_array_equal(found["rows"], places)
    if choices is None:
        np.testing.assert_array_equal(found["tokens"][mask > 0], ids[mask > 0])
        assert (found["tokens"][:, widths[-1] :] == -1).all()
