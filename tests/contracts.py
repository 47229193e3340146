"""What every model and preprocessor of this package must satisfy."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

TOLERANCE = 1e-5


def arrays(outputs: Any) -> list[np.ndarray]:
    """The leaves of some outputs as NumPy arrays."""
    return [keras.ops.convert_to_numpy(leaf) for leaf in keras.tree.flatten(outputs)]


def assert_same_outputs(first: Any, second: Any) -> None:
    keras.tree.assert_same_structure(first, second)
    for one, other in zip(arrays(first), arrays(second), strict=True):
        np.testing.assert_allclose(one, other, atol=TOLERANCE, rtol=0)


def model_inputs(length: int, predictions: int | None, rows: int = 4) -> dict[str, np.ndarray]:
    """Rows with padding, ids below 500."""
    rng = np.random.default_rng(length)
    used = np.maximum(1, length - 2 * np.arange(rows))[:, None]
    x = {
        "token_ids": rng.integers(5, 500, (rows, length)).astype("int32"),
        "segment_ids": rng.integers(0, 2, (rows, length)).astype("int32"),
        "padding_mask": (np.arange(length) < used).astype("int32"),
    }
    if predictions is not None:
        x["mask_positions"] = rng.integers(0, length, (rows, predictions)).astype("int32")
    return x


def check_serialisation(model: keras.Model, x: dict[str, np.ndarray], folder: Path) -> None:
    """Through its configuration, through a `.keras` file and through a preset folder."""
    config = json.dumps(model.get_config())
    again = type(model).from_config(json.loads(config))
    assert json.dumps(again.get_config()) == config
    again.set_weights(model.get_weights())
    assert_same_outputs(model(x), again(x))

    model.save(folder / "model.keras")
    assert_same_outputs(model(x), keras.saving.load_model(folder / "model.keras")(x))

    model.save_to_preset(str(folder / "preset"))
    assert_same_outputs(model(x), type(model).from_preset(str(folder / "preset"))(x))


def check_lengths(model: keras.Model, inputs: Callable[[int], dict[str, np.ndarray]]) -> None:
    """Any length; and what stands in padding does not reach the tokens' outputs."""
    for length in (1, 7, 32):
        assert all(np.isfinite(leaf).all() for leaf in arrays(model(inputs(length))))
    x = inputs(7)
    changed = {**x, "token_ids": np.where(x["padding_mask"] == 1, x["token_ids"], 4)}
    if "mask_positions" in x:
        first = np.zeros_like(x["mask_positions"])
        x, changed = ({**inputs, "mask_positions": first} for inputs in (x, changed))
    mask = x["padding_mask"]

    def tokens_only(leaf: np.ndarray) -> np.ndarray:
        if leaf.shape[1] != mask.shape[1]:
            return leaf
        return leaf * mask.reshape(*mask.shape, *[1] * (leaf.ndim - 2))

    for one, other in zip(arrays(model(x)), arrays(model(changed)), strict=True):
        np.testing.assert_allclose(tokens_only(one), tokens_only(other), atol=TOLERANCE, rtol=0)


def check_mixed_precision(make: Callable[[str], keras.Model], x: dict[str, np.ndarray]) -> None:
    """bfloat16 computations on float32 weights, near the float32 answer."""
    exact, mixed = make("float32"), make("mixed_bfloat16")
    assert {weight.dtype for weight in mixed.trainable_weights} == {"float32"}
    mixed.set_weights(exact.get_weights())
    for one, other in zip(arrays(exact(x)), arrays(mixed(x)), strict=True):
        other = other.astype("float32")
        assert np.abs(one - other).max() < 0.1 * max(1.0, np.abs(one).max())


def check_fit_step(model: keras.Model, x: Any, y: Any, without_gradient: str = "") -> None:
    """One step of `fit` gives a finite loss and moves every trainable weight.

    Args:
        model: compiled anew here.
        x: its inputs.
        y: their labels.
        without_gradient: how the path of a weight ends that a softmax takes no notice of: the
            bias that is added to everything it is over. Rounding moves it, or nothing does.
    """
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    before = [keras.ops.convert_to_numpy(weight).copy() for weight in model.trainable_weights]
    history = model.fit(x, y, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    unmoved = [
        weight.path
        for old, weight in zip(before, model.trainable_weights, strict=True)
        if np.array_equal(old, keras.ops.convert_to_numpy(weight))
        and not (without_gradient and weight.path.endswith(without_gradient))
    ]
    assert not unmoved


def check_preprocessor(preprocessor: Any, x: Any, folder: Path) -> None:
    """Through its configuration and a preset folder: the same arrays."""
    expected = type(preprocessor).from_config(preprocessor.get_config())
    expected.tokenizer.set_proto(preprocessor.tokenizer.proto)
    assert expected.get_config() == preprocessor.get_config()
    # The configuration names the model it goes with; KerasHub looks for it in the folder.
    preprocessor.save_to_preset(str(folder))
    loaded = type(preprocessor).from_preset(str(folder))
    assert loaded.get_config() == preprocessor.get_config()
    for one, other in zip(
        keras.tree.flatten(expected(x=x)), keras.tree.flatten(loaded(x=x)), strict=True
    ):
        np.testing.assert_array_equal(one, other)
        assert one.dtype in (np.int32, np.float32)
