import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_albert import AlbertBackbone, AlbertTextClassifierPreprocessor
from keras_albert.errors import InputError
from keras_albert.models.saved_task import SavedTask
from tests.exported import LABELS, SEQUENCE_LENGTH, chinese_tokenizer, model_folder, tokenizer


def test_all_weights_come_back() -> None:
    saved = SavedTask.load(model_folder("classifier"))
    assert saved.kind == "text_classifier"
    assert saved.labels == LABELS
    assert saved.sequence_length == SEQUENCE_LENGTH
    again = SavedTask.load(model_folder("classifier"), sequence_length=16)
    assert again.sequence_length == 16
    for first, second in zip(saved.task.weights, again.task.weights, strict=True):
        np.testing.assert_array_equal(first.numpy(), second.numpy())
    assert json.loads(json.dumps(saved.description()))["special_token_ids"]["mask"] == 4


def test_the_preprocessors_settings_are_kept(tmp_path: Path) -> None:
    task = SavedTask.load(model_folder("classifier")).task
    task.preprocessor = AlbertTextClassifierPreprocessor(
        tokenizer(), sequence_length=32, truncate="waterfall"
    )
    task.save_to_preset(str(tmp_path))
    saved = SavedTask.load(tmp_path)
    assert (saved.sequence_length, saved.truncate) == (32, "waterfall")
    assert saved.labels == ["0", "1", "2"]


def test_a_chinese_tokenizer_comes_back() -> None:
    saved = SavedTask.load(model_folder("chinese"))
    assert saved.tokenizer.fingerprint == chinese_tokenizer().fingerprint
    described = json.loads(json.dumps(saved.description()))
    assert described["vocabulary_file"] == "vocab.txt"
    assert described["special_token_ids"]["mask"] == chinese_tokenizer().mask_token_id
    preprocessor = AlbertTextClassifierPreprocessor.from_preset(model_folder("chinese"))
    assert preprocessor.tokenizer.fingerprint == chinese_tokenizer().fingerprint


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("task.weights.h5", None, "task.weights.h5 is missing"),
        ("task.json", None, "no task"),
        ("task.json", "{", "not a JSON file"),
        ("tokenizer.json", None, "tokenizer.json is missing"),
        ("model.weights.h5", "truncated", "could not be read"),
        ("assets/tokenizer/vocabulary.spm", "truncated", "not a SentencePiece model"),
        ("labels.json", '["one", "two"]', "list of 3"),
        ("labels.json", '["one", "two", "two"]', "list of 3"),
    ],
)
def test_a_damaged_folder(file: str, content: str | None, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(model_folder("classifier"), folder)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        SavedTask.load(folder)
    assert "\n" not in str(caught.value)


def test_a_backbone_alone_is_no_task(tmp_path: Path) -> None:
    backbone = AlbertBackbone(
        vocabulary_size=50,
        num_layers=1,
        num_heads=2,
        embedding_dim=4,
        hidden_dim=8,
        intermediate_dim=8,
        max_sequence_length=8,
    )
    backbone.save_to_preset(str(tmp_path))
    with pytest.raises(InputError, match="backbone alone"):
        SavedTask.load(tmp_path)
