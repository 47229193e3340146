"""The model: a backbone and, on it, one class a task and its preprocessor."""

# Before any module of this room: see keras_albert.registration.
import keras_hub  # noqa: F401

from keras_albert.models.backbone import AlbertBackbone
from keras_albert.models.choices.multiple_choice import AlbertMultipleChoice
from keras_albert.models.choices.multiple_choice_preprocessor import (
    AlbertMultipleChoicePreprocessor,
)
from keras_albert.models.embedding.text_embedder import AlbertTextEmbedder
from keras_albert.models.embedding.text_embedder_preprocessor import AlbertTextEmbedderPreprocessor
from keras_albert.models.losses import MaskedTokenLoss
from keras_albert.models.masked_tokens.masked_lm import AlbertMaskedLM
from keras_albert.models.masked_tokens.masked_lm_preprocessor import AlbertMaskedLMPreprocessor
from keras_albert.models.masked_tokens.pretrainer import AlbertPretrainer
from keras_albert.models.masked_tokens.pretrainer_preprocessor import AlbertPretrainerPreprocessor
from keras_albert.models.presets.from_preset import tokenizer_folder
from keras_albert.models.questions.joint_question_answerer import AlbertJointQuestionAnswerer
from keras_albert.models.questions.question_answerer import AlbertQuestionAnswerer
from keras_albert.models.questions.question_answerer_preprocessor import (
    AlbertQuestionAnswererPreprocessor,
)
from keras_albert.models.sentence_order.sentence_order_classifier import (
    AlbertSentenceOrderClassifier,
)
from keras_albert.models.text_classification.text_classifier import AlbertTextClassifier
from keras_albert.models.text_classification.text_classifier_preprocessor import (
    AlbertTextClassifierPreprocessor,
)
from keras_albert.models.token_classification.token_classifier import AlbertTokenClassifier
from keras_albert.models.token_classification.token_classifier_preprocessor import (
    AlbertTokenClassifierPreprocessor,
)
from keras_albert.text.chinese_tokenizer import ChineseTokenizer
from keras_albert.text.tokenizer import AlbertTokenizer

# The tokenizers are a floor below and know neither the model they serve nor the preset names.
for _tokenizer in (AlbertTokenizer, ChineseTokenizer):
    _tokenizer.backbone_cls = AlbertBackbone
    _tokenizer.find_preset = tokenizer_folder

__all__ = [
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
    "MaskedTokenLoss",
]
