"""The tokenizer asks what a name stands for."""

import pytest

from keras_albert import AlbertTokenizer
from keras_albert.errors import InputError
from keras_albert.text.named_presets import NamedPresets


class Base:
    @classmethod
    def from_preset(cls, preset, **kwargs):
        return preset, kwargs


class Named(NamedPresets, Base):
    find_preset = {"name": "folder"}.__getitem__


def test_a_name_is_looked_up():
    assert Named.from_preset("name", option=1) == ("folder", {"option": 1})


def test_the_tokenizer_knows_the_names_of_the_package(tmp_path):
    with pytest.raises(InputError, match="has no tokenizer"):
        AlbertTokenizer.from_preset("bert_base")
    with pytest.raises(InputError, match="Did you mean 'albert_base_v2'"):
        AlbertTokenizer.from_preset("albert_bas_v2")


def test_a_tokenizer_that_kerashub_saved(vocabulary, paragraphs, tmp_path):
    import keras_hub

    theirs = keras_hub.models.AlbertTokenizer(proto=(vocabulary / "spiece.model").read_bytes())
    size = theirs.vocabulary_size()
    keras_hub.models.AlbertBackbone(size, 1, 1, 4, 8, 8).save_to_preset(str(tmp_path))
    theirs.save_to_preset(str(tmp_path))
    ours = AlbertTokenizer.from_preset(tmp_path)
    assert isinstance(ours, AlbertTokenizer)
    assert ours.get_vocabulary() == theirs.get_vocabulary()
