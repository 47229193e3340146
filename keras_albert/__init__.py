"""ALBERT for Keras 3: pretrain, fine-tune, shrink and ship it on TensorFlow, JAX or PyTorch.

Importing the package costs nothing: a public name brings Keras with it when it is first used. Its
classes are registered with Keras as soon as Keras is there, so that saved models load.
"""

import importlib
from typing import TYPE_CHECKING, Any

from keras_albert.registration import register_with_keras

if TYPE_CHECKING:
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
        AlbertTextEmbedderPreprocessor,
        AlbertTokenClassifier,
        AlbertTokenClassifierPreprocessor,
        MaskedTokenLoss,
    )
    from keras_albert.optimizers import AdamW, Lamb, LinearWarmupDecay
    from keras_albert.text.tokenizers.chinese_tokenizer import ChineseTokenizer as ChineseTokenizer
    from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
    from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer
    from keras_albert.text.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

    __version__: str

# Where a public name lives that is not in `keras_albert.models`.
_PLACES = {
    "AdamW": "optimizers",
    "AlbertTokenizer": "text.tokenizers.tokenizer",
    "ChineseTokenizer": "text.tokenizers.chinese_tokenizer",  # WordPieceTokenizer's older name
    "InputError": "errors",
    "Lamb": "optimizers",
    "LinearWarmupDecay": "optimizers",
    "WordPieceTokenizer": "text.tokenizers.wordpiece_tokenizer",
    "load_tokenizer": "text.tokenizers.find_tokenizer",
}

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
    "AlbertTextEmbedderPreprocessor",
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


def __getattr__(name: str) -> Any:
    """A public name, at its first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("keras-albert")
    elif name in __all__ or name in _PLACES:
        place = _PLACES.get(name, "models")
        value = getattr(importlib.import_module(f"{__name__}.{place}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})


register_with_keras()
