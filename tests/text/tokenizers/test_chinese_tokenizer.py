"""The former name of `WordPieceTokenizer`, and what was saved with it."""

import json
from pathlib import Path

import keras

import keras_albert
from keras_albert.text.tokenizers.chinese_tokenizer import ChineseTokenizer
from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer


def test_it_is_the_same_class() -> None:
    assert ChineseTokenizer is keras_albert.ChineseTokenizer is WordPieceTokenizer


def test_configurations_of_that_name_load(chinese_vocabulary: Path) -> None:
    tokenizer = WordPieceTokenizer.load(chinese_vocabulary, lowercase=False)
    saved = keras.saving.serialize_keras_object(tokenizer)
    assert saved["registered_name"] == "keras_albert>WordPieceTokenizer"
    old = {
        **saved,
        "module": "keras_albert.text.tokenizers.chinese_tokenizer",
        "class_name": "ChineseTokenizer",
        "registered_name": "keras_albert>ChineseTokenizer",
    }
    loaded = keras.saving.deserialize_keras_object(old)
    assert type(loaded) is WordPieceTokenizer and not loaded.lowercase


def test_presets_of_that_name_load(chinese_vocabulary: Path, tmp_path: Path) -> None:
    """As `save_to_preset` wrote them: both for this package and for KerasHub's own way in."""
    import keras_hub

    tokenizer = WordPieceTokenizer.load(chinese_vocabulary, strip_accents=False)
    size = tokenizer.vocabulary_size()
    keras_albert.AlbertBackbone(size, 1, 1, 4, 8, 8, max_sequence_length=8).save_to_preset(
        str(tmp_path)
    )
    tokenizer.save_to_preset(str(tmp_path))
    file = tmp_path / "tokenizer.json"
    content = json.loads(file.read_text("utf-8"))
    content |= {
        "module": "keras_albert.text.tokenizers.chinese_tokenizer",
        "class_name": "ChineseTokenizer",
        "registered_name": "keras_albert>ChineseTokenizer",
    }
    file.write_text(json.dumps(content))
    for loaded in (
        keras_albert.load_tokenizer(tmp_path),
        WordPieceTokenizer.from_preset(tmp_path),
        keras_hub.tokenizers.Tokenizer.from_preset(str(tmp_path)),
    ):
        assert type(loaded) is WordPieceTokenizer
        assert loaded.fingerprint == tokenizer.fingerprint
