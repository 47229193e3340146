"""Preset names, folders and what is neither."""

import shutil

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertTextClassifier,
    AlbertTokenizer,
    load_tokenizer,
    presets_index,
)
from keras_albert.errors import InputError
from keras_albert.models.presets.from_preset import preset_folder, saved_class, tokenizer_folder
from keras_albert.models.presets.variable_names import backbone_variables
from tests.exported import model_folder
from tests.file_server import publish, serving, tar_of
from tests.foreign import google_config, google_variables, hf_model, save_tf1


def test_a_name_builds_the_architecture():
    backbone = AlbertBackbone.from_preset("albert_nano", load_weights=False)
    named = presets_index.architecture("albert_nano")
    assert backbone.count_params() == named.backbone_parameters
    wider = AlbertBackbone.from_preset("albert_nano", load_weights=False, hidden_dropout=0.5)
    assert wider.hidden_dropout == 0.5


def test_a_name_builds_a_task_without_preprocessor():
    task = AlbertTextClassifier.from_preset("albert_nano", load_weights=False, num_classes=4)
    assert task.num_classes == 4
    masked = AlbertMaskedLM.from_preset("albert_nano", load_weights=False, dtype="mixed_bfloat16")
    assert masked.backbone.dtype_policy.name == "mixed_bfloat16"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AlbertBackbone.from_preset("bert_base"), "load_weights=False"),
        (lambda: AlbertBackbone.from_preset("albert_bsae_v2"), "Did you mean 'albert_base_v2'"),
        (
            lambda: AlbertTextClassifier.from_preset("albert_nano", load_weights=False),
            "needs num_classes",
        ),
        (lambda: tokenizer_folder("bert_base"), "has no tokenizer"),
    ],
)
def test_errors_say_how_to_go_on(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_folders(tmp_path):
    with pytest.raises(InputError, match="holds no model"):
        preset_folder(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    assert preset_folder(tmp_path) == str(tmp_path / "model")
    (tmp_path / "config.json").write_text("{}")
    assert preset_folder(tmp_path) == str(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        preset_folder(tmp_path / "config.json")
    assert preset_folder("modelscope://someone/something") == "modelscope://someone/something"
    assert preset_folder("albert_base_v2", download=False) is None


def test_saved_class(tmp_path, backbone):
    backbone.save_to_preset(str(tmp_path))
    assert saved_class(tmp_path / "config.json") is AlbertBackbone
    assert saved_class(tmp_path / "task.json") is None


@pytest.mark.once
def test_the_published_weights_of_a_name(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "kept"))
    peer = hf_model()
    variables = google_variables(peer)
    folder = save_tf1(variables, google_config(peer, "gelu"), tmp_path / "albert_base")
    with serving(tar_of(folder)) as server:
        publish(monkeypatch, "albert_base_v2", server.address("albert_base_v2.tar.gz"))
        AlbertBackbone.from_preset("albert_base_v2", load_weights=False)
        assert server.requests == []  # the architecture ships; a tokenizer or weights do not
        for model in (
            AlbertBackbone.from_preset("albert_base_v2"),
            AlbertMaskedLM.from_preset("albert_base_v2").backbone,
            AlbertTextClassifier.from_preset("albert_base_v2", num_classes=2).backbone,
        ):
            pooler = backbone_variables(model)["pooler/kernel"]
            expected = variables["bert/pooler/dense/kernel"]
            np.testing.assert_array_equal(keras.ops.convert_to_numpy(pooler), expected)
        assert len(server.requests) == 1
        # A folder of that name, which the dot tells from the name.
        (tmp_path / "albert_base").rename(tmp_path / "albert_large_v2")
        monkeypatch.chdir(tmp_path)
        AlbertBackbone.from_preset("./albert_large_v2")
        assert len(server.requests) == 1


def _truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.once
@pytest.mark.parametrize(
    "damage", [_truncated, lambda content: content * 2, lambda content: b"[PAD]\n[UNK]\n" * 9]
)
def test_a_damaged_vocabulary_is_named(tmp_path, damage):
    """Truncated, doubled or another's: TensorFlow's own error said nothing of the file."""
    folder = tmp_path / "preset"
    shutil.copytree(model_folder("classifier"), folder)
    file = folder / "assets" / "tokenizer" / "vocabulary.spm"
    file.write_bytes(damage(file.read_bytes()))
    for load in (
        AlbertTextClassifier.from_preset,
        AlbertTextClassifier.preprocessor_cls.from_preset,
        AlbertTokenizer.from_preset,
        load_tokenizer,
    ):
        if load == AlbertTextClassifier.from_preset and not (folder / "preprocessor.json").exists():
            continue  # it was saved without one, and reads none
        with pytest.raises(InputError, match="preset") as caught:
            load(folder)
        assert "\n" not in str(caught.value)
