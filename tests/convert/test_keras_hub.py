"""Presets that KerasHub saved, whole and damaged."""

import json

import h5py
import keras_hub
import numpy as np
import pytest

from keras_albert.convert.keras_hub import is_keras_hub, open_keras_hub
from keras_albert.errors import InputError

ARGUMENTS = {
    "vocabulary_size": 31,
    "num_layers": 4,
    "num_heads": 2,
    "embedding_dim": 4,
    "hidden_dim": 8,
    "intermediate_dim": 16,
    "num_groups": 2,
    "num_inner_repetitions": 2,
    "max_sequence_length": 10,
    "dropout": 0.1,
}


@pytest.fixture
def preset(tmp_path):
    backbone = keras_hub.models.AlbertBackbone(**ARGUMENTS)
    task = keras_hub.models.AlbertTextClassifier(backbone, num_classes=3, dropout=0.2)
    task.save_to_preset(str(tmp_path / "preset"))
    return tmp_path / "preset", backbone, task


def test_arguments_heads_and_weights(preset):
    folder, backbone, task = preset
    with open_keras_hub(folder) as checkpoint:
        assert checkpoint.heads == {
            "classifier": {"num_classes": 3, "problem": "single_label", "dropout": 0.2}
        }
        for name, value in ARGUMENTS.items():
            if name != "dropout":
                assert checkpoint.backbone[name] == value
        assert checkpoint.backbone["hidden_dropout"] == 0.1
        assert checkpoint.parameters() == backbone.count_params()
        np.testing.assert_array_equal(
            checkpoint.read("classifier/kernel"), task.output_dense.kernel.numpy()
        )
        # The last of four blocks: h5 numbers them through.
        last = backbone.transformer_layers[1][1]._self_attention_layer._output_dense
        np.testing.assert_array_equal(
            checkpoint.read("encoder/block_1_1/self_attention/output_dense/kernel"),
            last.kernel.numpy().reshape(8, 8),
        )


def test_is_keras_hub(preset):
    config = json.loads((preset[0] / "config.json").read_text())
    assert is_keras_hub(config)
    assert not is_keras_hub({**config, "registered_name": "keras_albert>AlbertBackbone"})
    assert not is_keras_hub([])


def edit(file, **changes):
    content = json.loads(file.read_text())
    content["config"].update(changes)
    file.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_layers": 0}, "num_layers=0"),
        ({"hidden_dim": "8"}, "hidden_dim='8'"),
        ({"num_heads": 3}, "cannot be split into 3 heads"),
        ({"num_layers": 3}, "multiple of num_groups"),
        ({"rotary": 1}, "unknown rotary"),
        ({"intermediate_dim": 17}, "does not fit its configuration"),
    ],
)
def test_damaged_configurations(preset, changes, message):
    edit(preset[0] / "config.json", **changes)
    with pytest.raises(InputError, match=message):
        open_keras_hub(preset[0])


def test_damaged_tasks(preset):
    file = preset[0] / "task.json"
    edit(file, num_classes=None)
    with pytest.raises(InputError, match="num_classes=None"):
        open_keras_hub(preset[0])
    file.write_text(file.read_text().replace("AlbertTextClassifier", "BertTextClassifier"))
    with pytest.raises(InputError, match="of BertTextClassifier"):
        open_keras_hub(preset[0])
    file.write_text("{}")
    with pytest.raises(InputError, match="no config"):
        open_keras_hub(preset[0])


def test_missing_and_left_over_weights(preset):
    with h5py.File(preset[0] / "model.weights.h5", "a") as content:
        content["layers/extra/vars/0"] = np.zeros(2, "float32")
    with pytest.raises(InputError, match="no part of the model.*layers/extra"):
        open_keras_hub(preset[0])
    with h5py.File(preset[0] / "model.weights.h5", "a") as content:
        del content["layers/extra/vars/0"], content["layers/dense/vars/1"]
    with pytest.raises(InputError, match="lacks 1.*layers/dense/vars/1"):
        open_keras_hub(preset[0])
    (preset[0] / "task.weights.h5").unlink()
    with pytest.raises(InputError, match=r"task\.weights\.h5 does not exist"):
        open_keras_hub(preset[0])


def test_the_heads_of_xlarge_are_doubted(tmp_path):
    small = {**ARGUMENTS, "num_layers": 1, "num_groups": 1, "num_inner_repetitions": 1}
    wide = keras_hub.models.AlbertBackbone(**{**small, "hidden_dim": 2048, "num_heads": 16})
    wide.save_to_preset(str(tmp_path))
    with open_keras_hub(tmp_path) as checkpoint:
        assert "num_heads=32" in checkpoint.warnings[0]
    with open_keras_hub(tmp_path, num_heads=32) as checkpoint:
        assert (checkpoint.backbone["num_heads"], checkpoint.warnings) == (32, [])
