"""Weights saved on each backend load on this one (tests/golden/make_saved_models.py)."""

import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest

from keras_albert import AlbertPretrainer
from tests.contracts import assert_same_outputs

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_model_saved_on_any_backend_answers_the_same(backend):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = AlbertPretrainer.from_preset(GOLDEN / f"saved_on_{backend}")
    recorded = np.load(GOLDEN / f"saved_on_{backend}.npz")
    x = {name[2:]: recorded[name] for name in recorded if name.startswith("x_")}
    expected = {name: recorded[name] for name in ("masked_tokens", "sentence_order")}
    assert_same_outputs(model.predict(x, verbose=0), expected)


@pytest.mark.once
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_preset_holds_each_weight_once(backend):
    """Seen before: the optimizer's slots beside the heads' weights."""
    sizes = []
    for name in ("model.weights.h5", "task.weights.h5"):
        with h5py.File(GOLDEN / f"saved_on_{backend}" / name) as file:
            file.visititems(
                lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None
            )
    # By hand: V=30, E=8, H=16, I=32, S=12, two groups.
    embedding = 30 * 8 + 2 * 8 + 12 * 8 + 2 * 8 + 8 * 16 + 16
    block = 4 * (16 * 16 + 16) + 16 * 32 + 32 + 32 * 16 + 16 + 4 * 16
    heads = (16 * 8 + 8 + 2 * 8 + 30) + (16 * 2 + 2)
    assert sum(sizes) == embedding + 2 * block + (16 * 16 + 16) + heads
