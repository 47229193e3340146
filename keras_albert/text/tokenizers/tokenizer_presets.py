"""`from_preset` of the tokenizers, for all that `load_tokenizer` reads."""

import abc
from pathlib import Path
from typing import Any, ClassVar, Self

import keras

from keras_albert.errors import InputError
from keras_albert.fetching.addresses import is_address
from keras_albert.text.vocabulary_files import Kind, VocabularyFile, find_vocabulary


class _ByRegisteredName:
    """A class attribute that is the class Keras knows by a name: None until it is imported.

    KerasHub's generic `Tokenizer.from_preset` asks a tokenizer which model it serves. The model is
    a floor above.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return keras.saving.get_registered_object(self.name)


class TokenizerPresets:
    """Mixed into a KerasHub tokenizer.

    Attributes:
        kind: of vocabulary.
        backbone_cls: the model it serves, for KerasHub.
    """

    kind: ClassVar[Kind]
    backbone_cls: Any = _ByRegisteredName("keras_albert>AlbertBackbone")

    @classmethod
    def from_preset(cls, preset: str | Path, **kwargs: Any) -> Any:
        """Loads the tokenizer of a preset.

        Args:
            preset: see `load_tokenizer`; or an address that only KerasHub reads.
            **kwargs: constructor arguments, instead of the preset's.

        Raises:
            InputError: there is no such preset, or it has no tokenizer, or one of another kind.
        """
        if "://" in str(preset) and not is_address(preset):
            return super().from_preset(str(preset), **kwargs)  # type: ignore[misc]
        found = find_vocabulary(preset)
        if found.kind != cls.kind:
            names = {"sentencepiece": "AlbertTokenizer", "wordpiece": "WordPieceTokenizer"}
            raise InputError(
                f"{preset} has a vocabulary of the kind {found.kind}, which {cls.__name__} does "
                f"not read: use {names[found.kind]}, or keras_albert.load_tokenizer for any kind."
            )
        return cls.read(found, **kwargs)

    @classmethod
    @abc.abstractmethod
    def read(cls, found: VocabularyFile, **kwargs: Any) -> Self:
        """Reads a vocabulary of this class's kind; see `load_tokenizer`.

        Args:
            found: where it is.
            **kwargs: constructor arguments, instead of those found.

        Raises:
            InputError: a file is damaged, or the text would be read otherwise than by its makers.
        """
