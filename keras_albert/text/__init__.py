"""Raw text to token ids: corpus, normalisation, vocabulary, tokenizers.

Names are found at their first use: files are read without Keras, on which the tokenizers stand.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_albert.text.corpus import Document, read_documents
    from keras_albert.text.normalization import normalize, with_normalization
    from keras_albert.text.tokenizers.encoded_text import Encoding
    from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
    from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
    from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer
    from keras_albert.text.vocabulary import train_vocabulary

_PLACES = {
    "AlbertTokenizer": "tokenizers.tokenizer",
    "Document": "corpus",
    "Encoding": "tokenizers.encoded_text",
    "WordPieceTokenizer": "tokenizers.wordpiece_tokenizer",
    "load_tokenizer": "tokenizers.find_tokenizer",
    "normalize": "normalization",
    "read_documents": "corpus",
    "train_vocabulary": "vocabulary",
    "with_normalization": "normalization",
}

__all__ = [
    "AlbertTokenizer",
    "Document",
    "Encoding",
    "WordPieceTokenizer",
    "load_tokenizer",
    "normalize",
    "read_documents",
    "train_vocabulary",
    "with_normalization",
]


def __getattr__(name: str) -> Any:
    """A public name, at its first use (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
