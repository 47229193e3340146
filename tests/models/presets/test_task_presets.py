"""Preset folders of tasks: loading one's own and another's, saving whole or not at all."""

import warnings

import h5py
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertMaskedLM,
    AlbertPretrainer,
    AlbertPretrainerPreprocessor,
    AlbertTextClassifier,
)
from keras_albert.errors import InputError
from tests.contracts import assert_same_outputs

PAIRS = (["one row", "a table"], ["two rows", "an index"])


@pytest.fixture
def pretrainer(backbone, tokenizer):
    task = AlbertPretrainer(backbone, AlbertPretrainerPreprocessor(tokenizer, 16))
    task.fit(PAIRS, verbose=0)
    return task


def test_own_folder_without_warnings(pretrainer, tmp_path):
    pretrainer.save_to_preset(tmp_path / "model")
    with h5py.File(tmp_path / "model" / "task.weights.h5") as file:
        assert "optimizer" not in file
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        loaded = AlbertPretrainer.from_preset(tmp_path)
    x = pretrainer.preprocessor(x=PAIRS)[0]
    assert_same_outputs(loaded.predict(x, verbose=0), pretrainer.predict(x, verbose=0))
    assert loaded.preprocessor.get_config()["seed"] == 0


@pytest.mark.once
def test_another_task_takes_backbone_tokenizer_and_heads(pretrainer, tmp_path):
    pretrainer.save_to_preset(tmp_path / "model")
    masked = AlbertMaskedLM.from_preset(tmp_path / "model")
    assert masked.preprocessor.sequence_length == 16
    x = pretrainer.preprocessor(x=PAIRS)[0]
    expected = pretrainer.predict(x, verbose=0)["masked_tokens"]
    assert_same_outputs(masked.predict(x, verbose=0), expected)

    classifier = AlbertTextClassifier.from_preset(tmp_path / "model", num_classes=5)
    assert classifier.predict(["a row"], verbose=0).shape == (1, 5)
    for one, other in zip(
        classifier.backbone.get_weights(), pretrainer.backbone.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="needs num_classes"):
        AlbertTextClassifier.from_preset(tmp_path / "model")
    fresh = AlbertMaskedLM.from_preset(tmp_path / "model", load_weights=False)
    assert np.abs(fresh.predict(x, verbose=0) - expected).max() > 1e-3


def test_a_backbone_s_folder(backbone, tmp_path):
    backbone.save_to_preset(str(tmp_path))
    task = AlbertMaskedLM.from_preset(tmp_path)
    assert task.preprocessor is None
    for one, other in zip(task.backbone.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_saving_replaces_a_preset_and_nothing_else(backbone, tmp_path):
    task = AlbertMaskedLM(backbone)
    task.save_to_preset(tmp_path / "model")
    task.save_to_preset(tmp_path / "model")
    (tmp_path / "model" / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="thesis.docx"):
        task.save_to_preset(tmp_path / "model")
    assert (tmp_path / "model" / "thesis.docx").is_file()


def test_a_failed_save_leaves_what_was_there(backbone, tmp_path, monkeypatch):
    task = AlbertMaskedLM(backbone)
    task.save_to_preset(tmp_path / "model")
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}

    def fail(filepath):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backbone, "save_to_preset", lambda *_, **__: fail(None))
    with pytest.raises(InputError, match="disk is full"):
        task.save_to_preset(tmp_path / "model")
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.once
def test_a_folder_without_its_heads_or_with_damaged_ones_is_refused(pretrainer, tmp_path):
    pretrainer.save_to_preset(tmp_path / "model")
    heads = tmp_path / "model" / "task.weights.h5"
    whole = heads.read_bytes()
    for broken, message in (
        (None, "task.weights.h5 is missing"),
        (whole[:999], "could not be read"),
    ):
        heads.unlink()
        if broken is not None:
            heads.write_bytes(broken)
        for task in (AlbertPretrainer, AlbertMaskedLM):
            with pytest.raises(InputError, match=message):
                task.from_preset(tmp_path / "model")
        assert AlbertPretrainer.from_preset(tmp_path / "model", load_weights=False)
        heads.touch()
    # The backbone's own class reads no heads.
    (tmp_path / "model" / "model.weights.h5").write_bytes(b"no h5")
    with pytest.raises(InputError, match="could not be read"):
        AlbertBackbone.from_preset(tmp_path / "model")
