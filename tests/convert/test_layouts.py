"""Layouts there and back, and the fused kernel against three products."""

import numpy as np
import pytest

from keras_albert.convert.assembly import rows_of
from keras_albert.convert.layouts import (
    PARTS,
    foreign_name,
    foreign_shape,
    from_plain,
    fused,
    is_transposed,
    lengths,
    to_plain,
    transposed,
    unfused,
)
from tests.convert.test_name_tables import BACKBONE

HEADS = {"masked_tokens": {}, "sentence_order": {}, "classifier": {"num_classes": 3}}


@pytest.mark.parametrize("source", ["huggingface", "tf1", "keras-hub"])
def test_there_and_back(source):
    rng = np.random.default_rng(0)
    for row, sizes in rows_of({**BACKBONE, "pooler": True}, HEADS):
        if foreign_name(row, source) is None:
            assert row.ours.startswith("sentence_order/")
            continue
        plain = rng.normal(size=[sizes[letter] for letter in row.shape]).astype("float32")
        foreign = from_plain(row, source, plain, sizes)
        assert foreign.shape == foreign_shape(row, source, sizes)
        assert foreign.flags.c_contiguous
        np.testing.assert_array_equal(to_plain(row, source, foreign, sizes), plain)
        if is_transposed(row, source):
            np.testing.assert_array_equal(foreign, plain.T)


def test_transposed():
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (63, 5), (64, 3), (65, 130), (0, 4)):
        values = rng.normal(size=shape)
        np.testing.assert_array_equal(transposed(values), values.T)
        assert transposed(values).flags.c_contiguous


def test_sizes():
    sizes = lengths(BACKBONE)
    assert (sizes["H"], sizes["N"], sizes["D"], sizes["V"]) == (48, 4, 12, 211)


def test_fused_projections_are_the_three_head_by_head():
    rng = np.random.default_rng(1)
    kernels = [rng.normal(size=(6, 6)) for _ in PARTS]
    biases = [rng.normal(size=6) for _ in PARTS]
    x = rng.normal(size=(5, 6))
    together = x @ fused(kernels, 3) + fused(biases, 3)
    by_head = together.reshape(5, 3, 3, 2)  # row, head, part, head size
    for number in range(3):
        alone = (x @ kernels[number] + biases[number]).reshape(5, 3, 2)
        np.testing.assert_allclose(by_head[:, :, number], alone, atol=1e-12)


def test_unfused_is_the_inverse():
    rng = np.random.default_rng(2)
    for shape in ((6, 6), (6,)):
        parts = [rng.normal(size=shape) for _ in PARTS]
        for part, values in zip(PARTS, parts, strict=True):
            np.testing.assert_array_equal(unfused(fused(parts, 3), part, 3), values)
