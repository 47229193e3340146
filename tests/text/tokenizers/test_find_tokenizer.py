"""Whatever a folder holds, its tokenizer is found."""

import gzip
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import keras_hub
import pytest

from keras_albert.errors import InputError
from keras_albert.text import AlbertTokenizer, WordPieceTokenizer, load_tokenizer

TEXT = "The ``Caf\u00e9'' has 1, 2, and 1,000 tables \u7384\u5fb7"


def test_our_own_folders(
    tokenizer: AlbertTokenizer, chinese_tokenizer: WordPieceTokenizer, tmp_path: Path
) -> None:
    cased = WordPieceTokenizer(chinese_tokenizer.get_vocabulary(), lowercase=False)
    splitting = AlbertTokenizer(tokenizer.proto, google_digit_comma=True)
    for number, saved in enumerate([tokenizer, splitting, chinese_tokenizer, cased]):
        saved.save(tmp_path / f"{number}")
        saved.save_to_preset(str(tmp_path / f"preset{number}"))
        for path in (
            tmp_path / f"{number}",
            tmp_path / f"{number}" / saved.VOCABULARY_FILE,
            tmp_path / f"preset{number}",
        ):
            found = load_tokenizer(path)
            assert type(found) is type(saved)
            assert found.fingerprint == saved.fingerprint, path


@pytest.mark.parametrize("name", ["30k-clean.model", "assets/30k-clean.model", "spiece.model"])
def test_googles_folder(published_model: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    shutil.copy(published_model, tmp_path / name)
    (tmp_path / "albert_config.json").write_text("{}")
    expected = AlbertTokenizer.imported(published_model, "google")
    assert load_tokenizer(tmp_path).fingerprint == expected.fingerprint
    assert load_tokenizer(tmp_path / name).fingerprint == expected.fingerprint


def test_kerashubs_preset(published_model: Path, tmp_path: Path) -> None:
    """Its tokenizer leaves the normalisation to the user."""
    model = keras_hub.models.AlbertTokenizer(proto=str(published_model))
    model.save_to_preset(str(tmp_path))
    expected = AlbertTokenizer.imported(published_model, "google")
    found = load_tokenizer(tmp_path)
    assert found.fingerprint == expected.fingerprint
    assert found.encode([TEXT])[0].tolist() == expected.encode([TEXT])[0].tolist()


@pytest.mark.parametrize(
    "settings",
    [{}, {"do_lower_case": False}, {"keep_accents": True}, {"remove_space": False}],
)
def test_a_hugging_face_folder_with_a_sentencepiece_model(
    published_model: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    from sentencepiece import sentencepiece_model_pb2
    from transformers import AlbertTokenizer as TransformersTokenizer

    shutil.copy(published_model, tmp_path / "spiece.model")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    model = sentencepiece_model_pb2.ModelProto.FromString(published_model.read_bytes())
    other = TransformersTokenizer(
        vocab=[(piece.piece, piece.score) for piece in model.pieces],
        _spm_precompiled_charsmap=model.normalizer_spec.precompiled_charsmap,
        **settings,
    )
    found = load_tokenizer(tmp_path)
    assert not found.google_digit_comma
    texts = [TEXT, "  THE\ttable\u00a0is \ufb01ne  ", "\u00c9tat"]
    expected = other(texts, add_special_tokens=False).input_ids
    assert [ids.tolist() for ids in found.encode(texts)] == expected
    # The same from what transformers writes.
    other.save_pretrained(str(tmp_path / "written"))
    written = load_tokenizer(tmp_path / "written")
    assert [ids.tolist() for ids in written.encode(texts)] == expected


@pytest.mark.parametrize(
    "settings", [{}, {"do_lower_case": False}, {"strip_accents": False}, {"strip_accents": None}]
)
def test_a_hugging_face_folder_with_a_vocabulary(
    chinese_vocabulary: Path, tmp_path: Path, settings: dict[str, Any]
) -> None:
    from transformers import BertTokenizer

    shutil.copy(chinese_vocabulary / "vocab.txt", tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    other = BertTokenizer.from_pretrained(str(chinese_vocabulary), **settings)
    texts = [TEXT, "THE \u00c9tat, caf\u00e9", "\u5173\u516c\u66f0\uff1a"]
    expected = other(texts, add_special_tokens=False).input_ids
    assert [ids.tolist() for ids in load_tokenizer(tmp_path).encode(texts)] == expected
    other.save_pretrained(str(tmp_path / "written"))
    assert not (tmp_path / "written" / "vocab.txt").exists()
    written = load_tokenizer(tmp_path / "written")
    assert [ids.tolist() for ids in written.encode(texts)] == expected


@pytest.mark.parametrize("settings", [{}, {"do_lower_case": False}, {"strip_accents": False}])
@pytest.mark.parametrize("file", ["vocab.txt", "tokenizer.json"])
def test_a_bert_of_transformers(
    chinese_vocabulary: Path, tmp_path: Path, settings: dict[str, Any], file: str
) -> None:
    """Long words, too; the texts are those of the examples."""
    from transformers import BertTokenizer

    other = BertTokenizer.from_pretrained(str(chinese_vocabulary), **settings)
    other.save_pretrained(str(tmp_path))
    if file == "vocab.txt":
        shutil.copy(chinese_vocabulary / "vocab.txt", tmp_path)
        (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    texts = ["\u4e2d" + "a" * 100, "a" * 101, TEXT]
    for path in sorted(Path("examples/data").rglob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts += [line.rstrip("\n")[:2000] for line in itertools.islice(lines, 300)]
    assert len(texts) > 300
    expected = other(texts, add_special_tokens=False).input_ids
    assert [ids.tolist() for ids in load_tokenizer(tmp_path).encode(texts)] == expected


@pytest.mark.parametrize("name", ["vocab.txt", "vocab_chinese.txt", "assets/vocab_chinese.txt"])
def test_a_chinese_folder_of_googles(
    chinese_tokenizer: WordPieceTokenizer, chinese_vocabulary: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    shutil.copy(chinese_vocabulary / "vocab.txt", tmp_path / name)
    found = load_tokenizer(tmp_path)
    assert isinstance(found, WordPieceTokenizer)
    assert found.fingerprint == chinese_tokenizer.fingerprint


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no tokenizer"),
        ({"spiece.model": "noise"}, "is not a SentencePiece model"),
        ({"vocab.txt": "a\nb"}, "is not a WordPiece vocabulary"),
        ({"tokenizer.json": "{}"}, "ALBERT's are Unigram"),
        ({"tokenizer.json": '{"registered_name": "x"}'}, "preset that is not complete"),
        ({"vocab.txt": "[UNK]", "tokenizer_config.json": "[]"}, "not an object"),
        ({"vocab.txt": "[UNK]", "added_tokens.json": '{"<e1>": 9}'}, "adds 1 pieces"),
        (
            {"vocab.txt": "[UNK]", "tokenizer_config.json": '{"do_lower_case": "no"}'},
            "lowercase is 'no'",
        ),
        (
            {"vocab.txt": "[UNK]", "tokenizer_config.json": '{"tokenize_chinese_chars": false}'},
            "tokenize_chinese_chars=false",
        ),
    ],
)
def test_what_is_no_tokenizer_is_refused(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message) as error:
        load_tokenizer(tmp_path)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No vocabulary at .*missing"):
        load_tokenizer(tmp_path / "missing")
