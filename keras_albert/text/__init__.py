"""Raw text to token ids: corpus, normalisation, vocabulary, tokenizer."""

from keras_albert.text.normalization import normalize, with_normalization
from keras_albert.text.tokenizer import AlbertTokenizer, Encoding
from keras_albert.text.vocabulary import train_vocabulary

__all__ = [
    "AlbertTokenizer",
    "Encoding",
    "normalize",
    "train_vocabulary",
    "with_normalization",
]
