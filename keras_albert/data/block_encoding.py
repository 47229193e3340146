"""Tokenizing blocks of documents, in this process or in one that holds nothing but a vocabulary.

Nothing of Keras and nothing of `keras_albert.text`, whose tokenizers are Keras layers: a worker
imports NumPy and SentencePiece, or the WordPiece of plain Python, and is there in a moment.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np


class Encoder(Protocol):
    """What turns texts into ids, and can be handed to another process."""

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[int] | np.ndarray]:
        """Token ids of each text, without special pieces."""
        ...


class SentencePieceEncoder:
    """`AlbertTokenizer.encode` without the rest of it.

    Args:
        proto: the serialised model.
        replacements: by which ids an id is replaced, as `AlbertTokenizer.description` has them.
    """

    def __init__(self, proto: bytes, replacements: dict[int, list[int]]) -> None:
        self._proto, self._replacements = proto, replacements
        self._processor: Any = None

    def __getstate__(self) -> tuple[bytes, dict[int, list[int]]]:
        return self._proto, self._replacements

    def __setstate__(self, state: tuple[bytes, dict[int, list[int]]]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of each text, int32, without special pieces."""
        import sentencepiece

        if self._processor is None:
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=self._proto)
        encoded = self._processor.Encode(list(texts), return_type="numpy")
        return [self._replaced(ids) for ids in encoded] if self._replacements else list(encoded)

    def _replaced(self, ids: np.ndarray) -> np.ndarray:
        found = [new for old in ids.tolist() for new in self._replacements.get(old, (old,))]
        return np.array(found, np.int32)


class WordPieceEncoder:
    """`WordPieceTokenizer.encode` without the rest of it.

    Args:
        pieces: the V pieces, by id.
        options: of `runtime.wordpiece.WordPiece`.
    """

    def __init__(self, pieces: Sequence[str], options: dict[str, Any]) -> None:
        self._state = list(pieces), dict(options)
        self._wordpiece: Any = None

    def __getstate__(self) -> tuple[list[str], dict[str, Any]]:
        return self._state

    def __setstate__(self, state: tuple[list[str], dict[str, Any]]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of each text, int32, without special pieces."""
        from keras_albert.runtime.wordpiece import WordPiece

        if self._wordpiece is None:
            pieces, options = self._state
            self._wordpiece = WordPiece(pieces, **options)
        return [np.array(self._wordpiece.encode(text), np.int32) for text in texts]


class EncodedBlock(NamedTuple):
    """Some documents as arrays.

    Attributes:
        names: the name of each of N documents.
        sentences: sentences of each document, int64 `[N]`.
        lengths: tokens of each sentence, int64 `[M]`, all documents one after the other.
        ids: token ids of all sentences, int32 `[T]`.
    """

    names: list[str]
    sentences: np.ndarray
    lengths: np.ndarray
    ids: np.ndarray


def encode_block(
    encoder: Encoder, names: Sequence[str], sentences: Sequence[Sequence[str]]
) -> EncodedBlock:
    """Tokenizes some documents: the work of one process.

    Args:
        encoder: a tokenizer, or what a worker has of it.
        names: the name of each of N documents.
        sentences: the sentences of each.
    """
    encoded = encoder.encode([text for document in sentences for text in document])
    return EncodedBlock(
        list(names),
        np.array([len(document) for document in sentences], np.int64),
        np.array([len(sentence) for sentence in encoded], np.int64),
        np.concatenate(encoded) if encoded else np.zeros(0, np.int32),
    )


_encoder: Encoder | None = None


def take_encoder(encoder: Encoder) -> None:
    """Gives a worker, once, what it is to tokenize with."""
    global _encoder
    _encoder = encoder


def encode_in_worker(names: list[str], sentences: list[list[str]]) -> EncodedBlock:
    """`encode_block` with what `take_encoder` was given.

    Raises:
        InputError: a text cannot be encoded.
    """
    assert _encoder is not None
    try:
        return encode_block(_encoder, names, sentences)
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        # Only now, for its words: this imports Keras.
        from keras_albert.text.tokenizers.encoded_text import bad_text

        raise bad_text([text for document in sentences for text in document]) from error
