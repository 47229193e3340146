"""Where vocabularies are, and what is beside them."""

import json
from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.text.vocabulary_files import (
    SENTENCEPIECE_FILES,
    WORDPIECE_FILES,
    added_to,
    find_vocabulary,
    hugging_face_settings,
    preset_options,
)

TYPES = {"lowercase": bool}


@pytest.mark.parametrize("inside", ["", "model"])
@pytest.mark.parametrize("name", [*SENTENCEPIECE_FILES, *WORDPIECE_FILES])
def test_each_name_is_found(tmp_path: Path, name: str, inside: str) -> None:
    file = tmp_path / inside / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    found = find_vocabulary(tmp_path)
    assert found.file == file and found.folder == tmp_path / inside
    assert found.kind == ("wordpiece" if name.endswith(".txt") else "sentencepiece")
    assert find_vocabulary(file).file == file
    assert found.in_preset == name.startswith("assets/tokenizer")


def test_archives_and_strangers(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").touch()
    with pytest.raises(InputError, match="is an archive"):
        find_vocabulary(tmp_path / "x.tar.gz")
    with pytest.raises(InputError, match="Did you mean 'albert_micro'"):
        find_vocabulary("albert_mikro")


def test_added_pieces_by_their_ids(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").touch()
    (tmp_path / "added_tokens.json").write_text('{"<b>": 9, "<a>": 8, "[MASK]": 4, "(": 5}')
    found = find_vocabulary(tmp_path)
    assert added_to(found, "symbols") == ["<a>", "<b>"]
    assert added_to(found, "leave") == []
    with pytest.raises(InputError, match="adds 2 pieces"):
        added_to(found, "refuse")
    with pytest.raises(InputError, match="expected 'refuse'"):
        added_to(found, "all")
    for damaged in ("[]", '{"<b>": "9"}'):
        (tmp_path / "added_tokens.json").write_text(damaged)
        with pytest.raises(InputError, match="is not an object|are not whole numbers"):
            added_to(found, "symbols")


def test_settings(tmp_path: Path) -> None:
    assert hugging_face_settings(tmp_path) is None
    (tmp_path / "tokenizer.json").write_text('{"registered_name": "x"}')
    assert hugging_face_settings(tmp_path) is None
    (tmp_path / "tokenizer.json").write_text('{"model": {}}')
    assert hugging_face_settings(tmp_path) == {}
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert hugging_face_settings(tmp_path) == {"do_lower_case": False}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "no config"),
        ({}, "no config"),
        ({"config": 3}, "no config"),
        ({"config": {"lowercase": 1}}, "is not an option"),
        ({"config": {"dtype": 3}}, "not a type of ids"),
        ({"config": {"dtype": {"config": 3}}}, "not a type of ids"),
        ({"config": {"dtype": "float32"}}, "not a type of ids"),
        ({"config": {"sequence_length": "9"}}, "not a whole number"),
    ],
)
def test_a_presets_configuration_is_checked(tmp_path: Path, content, message: str) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as error:
        preset_options(tmp_path, TYPES)
    assert str(tmp_path / "tokenizer.json") in str(error.value)


def test_a_presets_options(tmp_path: Path) -> None:
    assert preset_options(tmp_path, TYPES) == {}
    config = {"lowercase": True, "sequence_length": 8, "name": "x", "dtype": {"config": {}}}
    config["dtype"] = {"class_name": "DTypePolicy", "config": {"name": "int32"}}
    (tmp_path / "tokenizer.json").write_text(json.dumps({"config": config}))
    expected = {"lowercase": True, "sequence_length": 8, "dtype": "int32"}
    assert preset_options(tmp_path, TYPES) == expected
    theirs = {"config": config, "registered_name": "keras_hub>AlbertTokenizer"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(theirs))
    assert preset_options(tmp_path, TYPES) == {}
