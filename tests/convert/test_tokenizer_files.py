"""Which file is the tokenizer."""

import json

import pytest

from keras_albert.convert.tokenizer_files import find_tokenizer_files
from keras_albert.errors import InputError


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("spiece.model", "sentencepiece"),
        ("30k-clean.model", "sentencepiece"),
        ("assets/tokenizer/vocabulary.spm", "sentencepiece"),
        ("vocab.txt", "wordpiece"),
        ("vocab_chinese.txt", "wordpiece"),
    ],
)
def test_names_of_every_source(tmp_path, name, kind):
    assert find_tokenizer_files(tmp_path) is None
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("x")
    found = find_tokenizer_files(tmp_path)
    assert (found.kind, found.path) == (kind, tmp_path / name)


def test_options_that_change_ids(tmp_path):
    (tmp_path / "spiece.model").write_text("x")
    settings = {"do_lower_case": False, "model_max_length": 512}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    assert find_tokenizer_files(tmp_path).options == {"do_lower_case": False}
    (tmp_path / "tokenizer_config.json").write_text("{")
    with pytest.raises(InputError, match="not a JSON file"):
        find_tokenizer_files(tmp_path)


def test_the_tokenizers_library_s_file_comes_last(tmp_path):
    (tmp_path / "tokenizer.json").write_text(json.dumps({"registered_name": "keras_hub>X"}))
    assert find_tokenizer_files(tmp_path) is None
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {}}))
    assert find_tokenizer_files(tmp_path).kind == "tokenizer.json"
    (tmp_path / "vocab.txt").write_text("x")
    assert find_tokenizer_files(tmp_path).kind == "wordpiece"
