"""`from_preset` of the tokenizers: names, folders of any origin, the class asked for."""

from pathlib import Path

import pytest

from keras_albert import AlbertTokenizer, WordPieceTokenizer, load_tokenizer
from keras_albert.errors import InputError


def test_the_names_of_the_package_are_known() -> None:
    shipped = AlbertTokenizer.from_preset("albert_micro")
    assert shipped.fingerprint == load_tokenizer("albert_micro").fingerprint
    with pytest.raises(InputError, match="has no tokenizer"):
        AlbertTokenizer.from_preset("bert_base")
    with pytest.raises(InputError, match="Did you mean 'albert_base_v2'"):
        AlbertTokenizer.from_preset("albert_bas_v2")


def test_a_tokenizer_that_kerashub_saved(vocabulary, tmp_path):
    import keras_hub

    theirs = keras_hub.models.AlbertTokenizer(proto=(vocabulary / "spiece.model").read_bytes())
    size = theirs.vocabulary_size()
    keras_hub.models.AlbertBackbone(size, 1, 1, 4, 8, 8).save_to_preset(str(tmp_path))
    theirs.save_to_preset(str(tmp_path))
    ours = AlbertTokenizer.from_preset(tmp_path)
    assert isinstance(ours, AlbertTokenizer)
    assert ours.get_vocabulary() == theirs.get_vocabulary()


def test_a_class_gives_itself_or_nothing(tokenizer, chinese_tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "pieces")
    chinese_tokenizer.save(tmp_path / "words")
    assert type(WordPieceTokenizer.from_preset(tmp_path / "words")) is WordPieceTokenizer
    with pytest.raises(InputError, match="kind wordpiece.*use WordPieceTokenizer"):
        AlbertTokenizer.from_preset(tmp_path / "words")
    with pytest.raises(InputError, match="kind sentencepiece.*use AlbertTokenizer"):
        WordPieceTokenizer.from_preset(tmp_path / "pieces")


def test_the_model_that_a_tokenizer_serves_is_known_to_kerashub() -> None:
    import keras_albert

    for tokenizer_class in (AlbertTokenizer, WordPieceTokenizer):
        assert tokenizer_class.backbone_cls is keras_albert.AlbertBackbone


def test_settings_of_a_preset_hold(vocabulary: Path, tmp_path: Path) -> None:
    AlbertTokenizer.load(vocabulary, sequence_length=7).save_to_preset(str(tmp_path))
    assert AlbertTokenizer.from_preset(tmp_path).sequence_length == 7
    assert AlbertTokenizer.from_preset(tmp_path, sequence_length=5).sequence_length == 5
