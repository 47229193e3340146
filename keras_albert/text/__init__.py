"""Raw text to token ids: corpus, normalisation, vocabulary, tokenizer."""

from keras_albert.text.corpus import Document, read_documents
from keras_albert.text.normalization import normalize, with_normalization
from keras_albert.text.tokenizer import AlbertTokenizer, Encoding
from keras_albert.text.vocabulary import train_vocabulary

__all__ = [
    "AlbertTokenizer",
    "Document",
    "Encoding",
    "normalize",
    "read_documents",
    "train_vocabulary",
    "with_normalization",
]
