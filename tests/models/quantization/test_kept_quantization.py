"""Quantised models come back: every mode x container, every task, on every backend."""

import h5py
import keras
import numpy as np
import pytest
from keras.quantizers import (
    AWQConfig,
    GPTQConfig,
    Int4QuantizationConfig,
    Int8QuantizationConfig,
)

from keras_albert import AlbertJointQuestionAnswerer, AlbertMaskedLM, AlbertPretrainer
from keras_albert.errors import InputError
from keras_albert.layers.quantized_weights import is_quantized
from tests import contracts
from tests.models.test_contracts import MODELS, _backbone, _inputs

IDS = np.random.default_rng(0).integers(5, 500, (4, 16))


class _NoTokenizer:
    """Calibration data that are ids already need none; Keras asks for one."""


def _calibrated(config, **options):
    return config(
        dataset=IDS, tokenizer=_NoTokenizer(), num_samples=4, sequence_length=16, **options
    )


# What is passed to `quantize`; how far outputs may be from float32's; what the kernels are.
FORMS = {
    "int8": (lambda: {"mode": "int8"}, 0.2, "int8"),
    "int8_weights": (
        lambda: {"config": Int8QuantizationConfig(activation_quantizer=None)},
        0.2,
        "int8",
    ),
    "int4": (lambda: {"mode": "int4"}, 1.0, "int8"),
    "int4_by_column": (lambda: {"config": Int4QuantizationConfig(block_size=None)}, 1.0, "int8"),
    "int4_blocks_of_8": (lambda: {"config": Int4QuantizationConfig(block_size=8)}, 1.0, "int8"),
    "float8": (lambda: {"mode": "float8"}, 1.0, "float32"),
    "gptq": (lambda: {"config": _calibrated(GPTQConfig, group_size=8)}, 1.0, "uint8"),
    "gptq_8_bits": (
        lambda: {"config": _calibrated(GPTQConfig, group_size=-1, weight_bits=8)},
        0.2,
        "uint8",
    ),
    "awq": (lambda: {"config": _calibrated(AWQConfig, group_size=8)}, 1.0, "uint8"),
}


def _again(task, container, folder):
    """The task through a container."""
    if container == "preset":
        task.save_to_preset(folder / "preset")
        return type(task).from_preset(folder / "preset")
    if container == "preset_with_dtype":
        task.save_to_preset(folder / "preset")
        return type(task).from_preset(folder / "preset", dtype="float32")
    if container == "keras":
        task.save(folder / "model.keras")
        return keras.saving.load_model(folder / "model.keras")
    task.save_weights(folder / "model.weights.h5")
    again = type(task).from_config(task.get_config())
    again.load_weights(folder / "model.weights.h5")
    return again


def _compare(first, second, x, tolerance=1e-6):
    for one, other in zip(contracts.arrays(first(x)), contracts.arrays(second(x)), strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance, rtol=tolerance)


def _settings(model):
    return [(x.path, x.dtype_policy.name) for x in model._flatten_layers() if is_quantized(x)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_back_from_every_container(form, tmp_path):
    arguments, tolerance, kernel = FORMS[form]
    task, x = AlbertPretrainer(_backbone()), _inputs("pretrainer", 7)
    before = contracts.arrays(task(x))
    task.quantize(**arguments())
    for one, other in zip(before, contracts.arrays(task(x)), strict=True):
        assert 0 < np.abs(one - other).max() < tolerance * max(1.0, np.abs(one).max())
    for container in ("preset", "preset_with_dtype", "keras", "weights"):
        again = _again(task, container, tmp_path)
        assert _settings(again) == _settings(task)
        assert again.count_params() == task.count_params()
        _compare(task, again, x)
    with h5py.File(tmp_path / "preset" / "model.weights.h5") as file:
        found = []
        file.visititems(lambda name, item: found.append((name, getattr(item, "dtype", None))))
    assert kernel in {str(dtype) for name, dtype in found if "/intermediate_dense/vars" in name}


@pytest.mark.once
@pytest.mark.parametrize("form", ["int8", "int4", "float8"])
@pytest.mark.parametrize("name", [*MODELS, "joint_question_answerer"])
def test_every_task_comes_back(name, form, tmp_path):
    if name == "joint_question_answerer":
        task = AlbertJointQuestionAnswerer(_backbone(pooler=False))
        x = {
            **contracts.model_inputs(7, None),
            "passage_mask": np.ones((4, 7), "int32"),
            "start_positions": np.zeros((4, 1), "int32"),
        }
    else:
        task, x = MODELS[name](), _inputs(name, 7)
    task.quantize(form)
    for container in ("preset", "keras"):
        again = _again(task, container, tmp_path)
        assert _settings(again) == _settings(task)
        _compare(task, again, x)


def test_a_quantised_head_is_taken_over_by_another_task(tmp_path):
    task = AlbertPretrainer(_backbone())
    task.quantize("int4")
    task.save_to_preset(tmp_path / "preset")
    other = AlbertMaskedLM.from_preset(tmp_path / "preset")
    x = _inputs("pretrainer", 7)
    expected = keras.ops.convert_to_numpy(task(x)["masked_tokens"])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(other(x)), expected, atol=1e-6)


def test_modes_can_be_mixed(tmp_path):
    task, x = AlbertPretrainer(_backbone()), _inputs("pretrainer", 7)
    task.quantize("int8", filters="encoder/")
    task.quantize("int4", filters="token_embedding")
    modes = {layer.quantization_mode for layer in task._flatten_layers() if layer.weights}
    assert modes == {None, "int8", "int4"}
    _compare(task, _again(task, "preset", tmp_path), x)


@pytest.mark.once
def test_the_weights_of_another_precision_are_refused_in_a_line(tmp_path):
    task, plain = AlbertPretrainer(_backbone()), AlbertPretrainer(_backbone())
    task.quantize("int8")
    task.save_weights(tmp_path / "int8.weights.h5")
    plain.save_weights(tmp_path / "plain.weights.h5")
    with pytest.raises(InputError, match="not quantized.*quantize it in the same way") as error:
        plain.load_weights(tmp_path / "int8.weights.h5")
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="quantized to int8"):
        task.load_weights(tmp_path / "plain.weights.h5")


@pytest.mark.once
def test_what_cannot_work_is_said_in_a_line():
    task = AlbertPretrainer(_backbone())
    for config, message in {
        GPTQConfig(dataset=None, tokenizer=None): "measures activations and needs texts",
        GPTQConfig(dataset=IDS, tokenizer=1, sequence_length=512): "above the 32 positions",
        AWQConfig(dataset=None, tokenizer=None): "AWQConfig",
    }.items():
        with pytest.raises(InputError, match=message):
            task.quantize(config=config)
    with pytest.raises(InputError, match="nothing left"):
        task.quantize("int8", filters="no_such_layer")
    assert not any(map(is_quantized, task._flatten_layers()))
    task.quantize("int8")
    with pytest.raises(InputError, match="nothing left"):
        task.quantize("int8")
    with pytest.raises(ValueError, match="mode=int5"):
        AlbertPretrainer(_backbone()).quantize("int5")


@pytest.mark.once
def test_a_configuration_that_names_another_layer_is_refused():
    task = AlbertPretrainer(_backbone())
    task.quantize("int8", filters="sentence_order")
    config = task.get_config()
    (path,) = config["quantization"] or [""]
    config["quantization"]["elsewhere"] = config["quantization"].pop(path)
    with pytest.raises(InputError, match="elsewhere.*no such layer"):
        AlbertPretrainer.from_config(config)
