"""What a path is."""

import json

import pytest

from keras_albert.convert.open_checkpoint import is_foreign, open_checkpoint, source_of
from keras_albert.errors import InputError


def test_sources(hf_folder, tf1_folder, tmp_path):
    assert source_of(hf_folder) == "huggingface"
    assert source_of(tf1_folder) == "tf1"
    assert source_of(tf1_folder / "model.ckpt-best") == "tf1"
    assert source_of(tf1_folder / "model.ckpt-best.index") == "tf1"
    (tmp_path / "x.tar.gz").write_bytes(b"")
    assert source_of(tmp_path / "x.tar.gz") == "tf1"
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "config.json").write_text('{"registered_name": "keras_hub>AlbertBackbone"}')
    assert source_of(tmp_path / "hub") == "keras-hub"


def test_what_is_none_of_them(tmp_path):
    assert not is_foreign(tmp_path)
    assert not is_foreign(tmp_path / "missing")
    assert not is_foreign("albert_base_v2")
    (tmp_path / "config.json").write_text('{"registered_name": "keras_albert>AlbertBackbone"}')
    assert not is_foreign(tmp_path)
    with pytest.raises(InputError, match="none of the forms"):
        open_checkpoint(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        open_checkpoint(tmp_path / "missing")


def test_another_network_is_refused(hf_folder):
    file = hf_folder / "config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "model_type": "roberta"}))
    with pytest.raises(InputError, match="is of 'roberta'.*byte pairs.*ALBERT and BERT are read"):
        open_checkpoint(hf_folder)
    # An ALBERT that calls itself a BERT: the settings that BERT does not have are named.
    file.write_text(json.dumps({**config, "model_type": "bert"}))
    with pytest.raises(InputError, match="settings that BERT does not: .*embedding_size"):
        open_checkpoint(hf_folder)
    file.write_text(json.dumps({"registered_name": "keras_hub>RobertaBackbone", "config": {}}))
    with pytest.raises(InputError, match="is of KerasHub's RobertaBackbone.*byte pairs"):
        open_checkpoint(hf_folder)
    file.write_text("{")
    with pytest.raises(InputError, match="not a JSON file"):
        open_checkpoint(hf_folder)


def test_unknown_heads_are_refused(hf_folder):
    with pytest.raises(InputError, match="Did you mean 'token_classifier'"):
        open_checkpoint(hf_folder, head="token_clasifier")
