"""ALBERT for Keras 3: pretrain, fine-tune, shrink and ship it on TensorFlow, JAX or PyTorch.

Importing the package registers every class with Keras, so that saved models load.
"""

import sys
from importlib.metadata import version
from pathlib import Path

# The command line is the exception: it answers --help at once and checks KERAS_BACKEND before
# Keras reads it, so each command imports what it needs when it runs.
if Path(next(iter(sys.argv), "")).stem != "keras-albert":
    from keras_albert.errors import InputError
    from keras_albert.models import (
        AlbertBackbone,
        AlbertJointQuestionAnswerer,
        AlbertMaskedLM,
        AlbertMaskedLMPreprocessor,
        AlbertMultipleChoice,
        AlbertMultipleChoicePreprocessor,
        AlbertPretrainer,
        AlbertPretrainerPreprocessor,
        AlbertQuestionAnswerer,
        AlbertQuestionAnswererPreprocessor,
        AlbertSentenceOrderClassifier,
        AlbertTextClassifier,
        AlbertTextClassifierPreprocessor,
        AlbertTextEmbedder,
        AlbertTokenClassifier,
        AlbertTokenClassifierPreprocessor,
        MaskedTokenLoss,
    )
    from keras_albert.optimizers import AdamW, Lamb, LinearWarmupDecay
    from keras_albert.text.chinese_tokenizer import ChineseTokenizer as ChineseTokenizer
    from keras_albert.text.find_tokenizer import load_tokenizer
    from keras_albert.text.tokenizer import AlbertTokenizer
    from keras_albert.text.wordpiece_tokenizer import WordPieceTokenizer

__version__ = version("keras-albert")

__all__ = [
    "AdamW",
    "AlbertBackbone",
    "AlbertJointQuestionAnswerer",
    "AlbertMaskedLM",
    "AlbertMaskedLMPreprocessor",
    "AlbertMultipleChoice",
    "AlbertMultipleChoicePreprocessor",
    "AlbertPretrainer",
    "AlbertPretrainerPreprocessor",
    "AlbertQuestionAnswerer",
    "AlbertQuestionAnswererPreprocessor",
    "AlbertSentenceOrderClassifier",
    "AlbertTextClassifier",
    "AlbertTextClassifierPreprocessor",
    "AlbertTextEmbedder",
    "AlbertTokenClassifier",
    "AlbertTokenClassifierPreprocessor",
    "AlbertTokenizer",
    "InputError",
    "Lamb",
    "LinearWarmupDecay",
    "MaskedTokenLoss",
    "WordPieceTokenizer",
    "load_tokenizer",
]
