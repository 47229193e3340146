"""The model: a backbone and, on it, one class a task and its preprocessor."""

from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.from_preset import tokenizer_folder
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_lm import AlbertMaskedLM
from keras_albert.models.masked_lm_preprocessor import AlbertMaskedLMPreprocessor
from keras_albert.models.pretrainer import AlbertPretrainer
from keras_albert.models.pretrainer_preprocessor import AlbertPretrainerPreprocessor
from keras_albert.models.text_classifier import AlbertTextClassifier
from keras_albert.models.text_classifier_preprocessor import AlbertTextClassifierPreprocessor
from keras_albert.text.tokenizer import AlbertTokenizer

# The tokenizer is a floor below and knows neither the model it serves nor the preset names.
AlbertTokenizer.backbone_cls = AlbertBackbone
AlbertTokenizer.find_preset = tokenizer_folder

__all__ = [
    "AlbertBackbone",
    "AlbertMaskedLM",
    "AlbertMaskedLMPreprocessor",
    "AlbertPretrainer",
    "AlbertPretrainerPreprocessor",
    "AlbertTextClassifier",
    "AlbertTextClassifierPreprocessor",
    "MaskedTokenLoss",
]
