"""Lamb's own part, the trust ratio. Its steps are compared with NumPy in test_adamw.py."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_albert import AlbertBackbone
from keras_albert.layers.fused_parts import mark_query_key_value
from keras_albert.optimizers import AdamW, Lamb


def _step(optimizer, name, value, gradient):
    variable = keras.Variable(np.asarray(value, "float32"), name=name)
    optimizer.apply([ops.convert_to_tensor(np.asarray(gradient, "float32"))], [variable])
    return ops.convert_to_numpy(variable.value)


@pytest.mark.parametrize("name", ["bias", "gamma", "beta"])
def test_excluded_variables_step_as_adamw_steps(name):
    value, gradient = [1.0, -2.0, 3.0], [0.1, 0.2, -0.3]
    np.testing.assert_array_equal(
        _step(Lamb(0.1), name, value, gradient), _step(AdamW(0.1), name, value, gradient)
    )


def test_a_matrix_of_zeros_steps_without_a_ratio():
    gradient = [[0.1, -0.2]]
    np.testing.assert_allclose(
        _step(Lamb(0.1), "kernel", [[0.0, 0.0]], gradient),
        _step(AdamW(0.1), "kernel", [[0.0, 0.0]], gradient),
        atol=1e-7,
    )


def _backbone():
    backbone = AlbertBackbone(
        vocabulary_size=20,
        num_layers=3,
        num_heads=2,
        embedding_dim=4,
        hidden_dim=8,
        intermediate_dim=12,
        max_sequence_length=6,
        initializer_range=0.2,
    )
    fused = backbone.encoder.blocks[0].self_attention.query_key_value
    kernel = ops.convert_to_numpy(fused.kernel)
    kernel.reshape(8, 2, 3, 4)[:, :, 1] *= 10
    fused.kernel.assign(kernel)
    return backbone


def _google_name(path, part):
    """A variable's name in google-research/albert's graph, as far as `excluded` looks at it."""
    path = path.replace("gamma", "LayerNorm/gamma").replace("beta", "LayerNorm/beta")
    return path.replace("query_key_value", part) if part else path


def _by_google_names(backbone, values):
    """Arrays in the order of `trainable_variables` -> arrays by name, three for each fused one."""
    found = {}
    for variable, array in zip(backbone.trainable_variables, values, strict=True):
        array = np.asarray(array, "float64")
        if "query_key_value" not in variable.path:
            found[_google_name(variable.path, None)] = array
            continue
        by_head = array.reshape(*array.shape[:-1], 2, 3, 4)
        for index, part in enumerate(("query", "key", "value")):
            own = by_head[..., index, :].reshape(array.shape[:-1] + (8,))
            found[_google_name(variable.path, part)] = own
    return found


def _google_lamb(weights, gradients, rate, excluded):
    """lamb_optimizer.py in NumPy: weights by name after the steps, without clipping."""
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    for grads in gradients:
        for name, gradient in grads.items():
            first[name] = 0.9 * first[name] + 0.1 * gradient
            second[name] = 0.999 * second[name] + 0.001 * gradient**2
            update = first[name] / (np.sqrt(second[name]) + 1e-6)
            ratio = 1.0
            if not any(pattern in name for pattern in excluded):
                update = update + 0.01 * weights[name]
                norms = np.linalg.norm(weights[name]), np.linalg.norm(update)
                ratio = norms[0] / norms[1] if min(norms) > 0 else 1.0
            weights[name] = weights[name] - rate * ratio * update
    return weights


@pytest.mark.parametrize(
    "excluded", [["LayerNorm", "layer_norm", "bias"], []], ids=["as_google", "nothing_excluded"]
)
def test_a_backbone_steps_as_googles_variables_do(excluded):
    backbone = _backbone()
    variables = backbone.trainable_variables
    random = np.random.default_rng(0)
    steps = [[random.normal(size=v.shape).astype("float32") for v in variables] for _ in range(4)]
    weights = _by_google_names(backbone, [ops.convert_to_numpy(v) for v in variables])
    assert len(weights) == len(variables) + 4
    options = {} if excluded else {"excluded_names": ()}
    optimizer = Lamb(0.05, global_clipnorm=None, **options)
    for gradients in steps:
        optimizer.apply([ops.convert_to_tensor(g) for g in gradients], variables)
    gradients = [_by_google_names(backbone, step) for step in steps]
    expected = _google_lamb(weights, gradients, 0.05, excluded)
    got = _by_google_names(backbone, [ops.convert_to_numpy(v) for v in variables])
    for name in expected:
        np.testing.assert_allclose(got[name], expected[name], rtol=2e-4, atol=2e-5, err_msg=name)


@pytest.mark.parametrize("optimizer", [AdamW, Lamb])
def test_clipping_by_norm_takes_the_parts_one_by_one(optimizer):
    """As for three variables that each hold one part."""
    random = np.random.default_rng(1)
    kernel, gradient = (random.normal(size=(8, 24)).astype("float32") for _ in range(2))
    gradient.reshape(8, 2, 3, 4)[:, :, 1] *= 30
    whole = keras.Variable(kernel, name="kernel")
    mark_query_key_value(whole, 2)
    options = {"global_clipnorm": None, "clipnorm": 0.5, "epsilon": 0.1}
    optimizer(0.1, **options).apply([ops.convert_to_tensor(gradient)], [whole])
    apart = []
    for part in range(3):
        own = [a.reshape(8, 2, 3, 4)[:, :, part].copy() for a in (kernel, gradient)]
        variable = keras.Variable(own[0], name="kernel")
        optimizer(0.1, **options).apply([ops.convert_to_tensor(own[1])], [variable])
        apart.append(ops.convert_to_numpy(variable))
    expected = np.stack(apart, axis=2).reshape(8, 24)
    np.testing.assert_allclose(ops.convert_to_numpy(whole), expected, atol=1e-6)


def test_loras_second_matrix_has_parts_and_the_first_is_one():
    backbone = _backbone()
    backbone.enable_lora(2)
    adapted = backbone.encoder.blocks[0].self_attention.query_key_value
    assert adapted.lora_kernel_b.fused_parts.shape == (2, 2, 3, 4)
    assert not hasattr(adapted.lora_kernel_a, "fused_parts")
