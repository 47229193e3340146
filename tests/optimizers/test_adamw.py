"""AdamW and Lamb step by step against the NumPy references, and against keras.optimizers.Adam."""

import re
from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert.errors import InputError
from keras_albert.optimizers import AdamW, Lamb, LinearWarmupDecay

OPTIMIZERS = [AdamW, Lamb]
SHAPES = {
    "embedding": (7, 3),
    "kernel": (3, 4),
    "bias": (4,),
    "gamma": (4,),
    "beta": (4,),
    "zeros_kernel": (2, 2),
}


def run_reference(
    weights: dict[str, np.ndarray],
    gradients: list[dict[str, np.ndarray]],
    learning_rate: Callable[[int], float],
    *,
    layer_adaptation: bool,
    weight_decay: float = 0.01,
    clip: float | None = 1.0,
) -> list[dict[str, np.ndarray]]:
    """The weights after each step, in NumPy float64, as google-research/albert's code has it."""
    weights = {name: np.asarray(w, "float64") for name, w in weights.items()}
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    history = []
    for step, grads in enumerate(gradients):
        grads = {name: np.asarray(g, "float64") for name, g in grads.items()}
        if clip is not None:
            norm = np.sqrt(sum(np.sum(g * g) for g in grads.values()))
            grads = {name: g * clip / max(norm, clip) for name, g in grads.items()}
        for name, g in grads.items():
            first[name] = 0.9 * first[name] + 0.1 * g
            second[name] = 0.999 * second[name] + 0.001 * g**2
            update = first[name] / (np.sqrt(second[name]) + 1e-6)
            ratio = 1.0
            if not re.search("gamma|beta|bias", name):
                update = update + weight_decay * weights[name]
                if layer_adaptation:
                    weight_norm, update_norm = np.linalg.norm(weights[name]), np.linalg.norm(update)
                    if weight_norm > 0 and update_norm > 0:
                        ratio = weight_norm / update_norm
            weights[name] = weights[name] - ratio * learning_rate(step) * update
        history.append({name: w.copy() for name, w in weights.items()})
    return history


def make_problem(steps, seed=0):
    """Weights and `steps` gradients; large and small ones, so that clipping acts on some."""
    rng = np.random.default_rng(seed)
    weights = {name: rng.normal(size=shape).astype("float32") for name, shape in SHAPES.items()}
    weights["zeros_kernel"][:] = 0
    gradients = [
        {
            name: (rng.normal(size=shape) * (3.0 if step % 2 else 0.03)).astype("float32")
            for name, shape in SHAPES.items()
        }
        for step in range(steps)
    ]
    return weights, gradients


def make_variables(weights):
    return [keras.Variable(value, name=name) for name, value in weights.items()]


def run_ours(optimizer, weights, gradients):
    variables = make_variables(weights)
    history = []
    for grads in gradients:
        optimizer.apply([ops.convert_to_tensor(grads[name]) for name in weights], variables)
        history.append(
            {
                name: ops.convert_to_numpy(v.value)
                for name, v in zip(weights, variables, strict=True)
            }
        )
    return history


def assert_equal_histories(ours, reference, tolerance=2e-6):
    assert len(ours) == len(reference)
    for step, (mine, theirs) in enumerate(zip(ours, reference, strict=True)):
        for name in theirs:
            np.testing.assert_allclose(
                mine[name], theirs[name], atol=tolerance, rtol=1e-5, err_msg=f"{name}, step {step}"
            )


@pytest.mark.parametrize("optimizer_class", OPTIMIZERS)
@pytest.mark.parametrize("clip", [1.0, None])
def test_each_step_equals_the_numpy_reference(optimizer_class, clip):
    weights, gradients = make_problem(8)
    schedule = LinearWarmupDecay(0.01, total_steps=8, warmup_steps=3)
    ours = run_ours(optimizer_class(schedule, global_clipnorm=clip), weights, gradients)

    def rate(step):
        return 0.01 * step / 3 if step < 3 else 0.01 * (1 - step / 8)

    reference = run_reference(
        weights, gradients, rate, layer_adaptation=optimizer_class is Lamb, clip=clip
    )
    assert_equal_histories(ours, reference)


@pytest.mark.parametrize("optimizer_class", OPTIMIZERS)
def test_accumulated_gradients_equal_one_step_with_their_mean(optimizer_class):
    weights, gradients = make_problem(6)
    optimizer = optimizer_class(
        LinearWarmupDecay(0.01, 4, 2, gradient_accumulation_steps=2), gradient_accumulation_steps=2
    )
    ours = run_ours(optimizer, weights, gradients)[1::2]
    means = [
        {name: (first[name] + second[name]) / 2 for name in weights}
        for first, second in zip(gradients[::2], gradients[1::2], strict=True)
    ]
    rates = [0.0, 0.005, 0.005]
    reference = run_reference(
        weights, means, rates.__getitem__, layer_adaptation=optimizer_class is Lamb
    )
    assert_equal_histories(ours, reference)


@pytest.mark.parametrize("optimizer_class", OPTIMIZERS)
def test_in_a_compiled_fit_on_a_batch(optimizer_class):
    """The path a user takes: `compile` and `fit`, graph or jit included; a linear model's gradient
    is known in closed form."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(16, 3)).astype("float32")
    y = rng.normal(size=(16, 2)).astype("float32")
    dense = keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), dense])
    kernel = rng.normal(size=(3, 2)).astype("float32")
    bias = np.ones(2, "float32")
    dense.set_weights([kernel, bias])
    model.compile(optimizer_class(0.01), loss="mse")
    model.fit(x, y, batch_size=16, epochs=3, verbose=0)

    weights = {"kernel": kernel.astype("float64"), "bias": bias.astype("float64")}
    gradients = []
    for _ in range(3):
        error = x @ weights["kernel"] + weights["bias"] - y
        gradients.append({"kernel": x.T @ error / 16, "bias": error.mean(0)})
        reference = run_reference(
            {"kernel": kernel, "bias": bias},
            gradients,
            lambda step: 0.01,
            layer_adaptation=optimizer_class is Lamb,
        )
        weights = reference[-1]
    got = dict(zip(["kernel", "bias"], dense.get_weights(), strict=True))
    assert_equal_histories([got], [weights])


def test_adamw_without_decay_is_keras_adam_with_its_bias_correction_moved_into_the_rate():
    weights, gradients = make_problem(6)
    theirs = run_ours(keras.optimizers.Adam(0.01, epsilon=1e-6), weights, gradients)

    class BiasCorrection(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            step = ops.cast(step, "float32") + 1
            return 0.01 * ops.sqrt(1 - ops.power(0.999, step)) / (1 - ops.power(0.9, step))

    ours = run_ours(
        AdamW(BiasCorrection(), weight_decay=0.0, global_clipnorm=None), weights, gradients
    )
    assert_equal_histories(ours, theirs, tolerance=1e-5)


def test_lamb_steps_a_matrix_by_the_rate_times_its_norm():
    """What the trust ratio is for: the size of a step does not depend on the gradient's size."""
    for scale in (1e-3, 1.0, 1e3):
        weights, gradients = make_problem(1)
        gradients[0]["kernel"] *= scale
        after = run_ours(Lamb(0.1, global_clipnorm=None), weights, gradients)[0]
        step = np.linalg.norm(after["kernel"] - weights["kernel"])
        assert step == pytest.approx(0.1 * np.linalg.norm(weights["kernel"]), rel=1e-4)


def test_a_repeated_embedding_row_counts_as_one_gradient():
    """A token that stands twice in a batch: TensorFlow hands over slices with repeated rows."""
    table = np.random.default_rng(2).normal(size=(5, 2)).astype("float32")
    layer = keras.layers.Embedding(5, 2)
    model = keras.Sequential([keras.Input((3,), dtype="int32"), layer])
    layer.set_weights([table])
    model.compile(AdamW(0.1), loss="mean_squared_error")
    # Two steps of different norm: after one alone, Adam hides what clipping divided by.
    weights, gradients = table, []
    for rows, value in (((1, 1, 4), 9.0), ((4, 2, 0), 1.0)):
        gradient = np.zeros((5, 2))
        for row in rows:
            gradient[row] += 2 * (weights[row] - value) / 6
        gradients.append({"embeddings": gradient})
        reference = run_reference(
            {"embeddings": table}, gradients, lambda step: 0.1, layer_adaptation=False
        )
        weights = reference[-1]["embeddings"]
        model.fit(np.array([rows]), np.full((1, 3, 2), value, "float32"), verbose=0)
    np.testing.assert_allclose(layer.get_weights()[0], weights, atol=1e-5)


@pytest.mark.parametrize("optimizer_class", [AdamW, pytest.param(Lamb, marks=pytest.mark.once)])
def test_trains_in_float16_under_a_loss_scale(optimizer_class):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(32, 4)).astype("float32")
    y = x @ rng.normal(size=(4, 1)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, dtype="mixed_float16")])
    model.compile(
        keras.optimizers.LossScaleOptimizer(optimizer_class(0.1), initial_scale=2.0**8),
        loss="mse",
    )
    history = model.fit(x, y, batch_size=32, epochs=30, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert history[-1] < 0.5 * history[0]
    assert model.layers[0].kernel.dtype == "float32"


@pytest.mark.parametrize("optimizer_class", OPTIMIZERS)
def test_serialises_with_its_schedule(optimizer_class):
    optimizer = optimizer_class(
        LinearWarmupDecay(0.01, 10, 2), weight_decay=0.05, excluded_names=["bias$"]
    )
    config = keras.saving.serialize_keras_object(optimizer)
    assert config["registered_name"] == f"keras_albert>{optimizer_class.__name__}"
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == optimizer.get_config()
    assert again.weight_decay_rate == 0.05
    weights, gradients = make_problem(3)
    assert_equal_histories(
        run_ours(again, weights, gradients), run_ours(optimizer, weights, gradients), tolerance=0
    )


def test_a_saved_model_keeps_the_moments(tmp_path):
    x = np.random.default_rng(4).normal(size=(8, 3)).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile(Lamb(0.01), loss="mse")
    model.fit(x, x, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert len(again.optimizer.variables) == 2 + 2 * 2
    for mine, theirs in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(
            ops.convert_to_numpy(mine.value), ops.convert_to_numpy(theirs.value)
        )


@pytest.mark.parametrize(
    ("path", "excluded"),
    [
        ("albert_backbone/embedding_layer_norm/gamma", True),
        ("encoder/attention_layer_norm/beta", True),
        ("encoder/feedforward_intermediate_dense/bias", True),
        ("masked_token_head/output_bias", True),
        ("encoder/feedforward_intermediate_dense/kernel", False),
        ("token_embedding/embeddings", False),
        ("alphabeta/kernel", False),
    ],
)
def test_layer_norm_and_biases_are_excluded(path, excluded):
    assert Lamb().is_excluded(path) is excluded


@pytest.mark.parametrize(
    "wrong", [{"beta_1": 1.0}, {"beta_2": -0.1}, {"epsilon": -1.0}, {"weight_decay": -0.01}]
)
def test_a_value_out_of_range_is_named(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        AdamW(**wrong)
