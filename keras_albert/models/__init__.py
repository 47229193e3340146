"""The model: a backbone and, on it, one class a task."""

from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_lm import AlbertMaskedLM
from keras_albert.models.pretrainer import AlbertPretrainer
from keras_albert.models.text_classifier import AlbertTextClassifier

__all__ = [
    "AlbertBackbone",
    "AlbertMaskedLM",
    "AlbertPretrainer",
    "AlbertTextClassifier",
    "MaskedTokenLoss",
]
