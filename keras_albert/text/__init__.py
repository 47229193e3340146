"""Raw text to token ids: corpus, normalisation, vocabulary, tokenizer."""

# Before any module of this room: see keras_albert.registration.
import keras_hub  # noqa: F401

from keras_albert.text.corpus import Document, read_documents
from keras_albert.text.encoded_text import Encoding
from keras_albert.text.find_tokenizer import load_tokenizer
from keras_albert.text.normalization import normalize, with_normalization
from keras_albert.text.tokenizer import AlbertTokenizer
from keras_albert.text.vocabulary import train_vocabulary
from keras_albert.text.wordpiece_tokenizer import WordPieceTokenizer

__all__ = [
    "AlbertTokenizer",
    "WordPieceTokenizer",
    "Document",
    "Encoding",
    "load_tokenizer",
    "normalize",
    "read_documents",
    "train_vocabulary",
    "with_normalization",
]
