"""The parts of the model: Keras layers, the same on every backend.

Letters of shapes: B batch, S sequence, E embedding, H hidden, V vocabulary, N heads, D head size,
P predictions, L layers, C classes.
"""

# Before any module of this room: see keras_albert.registration.
import keras_hub  # noqa: F401

from keras_albert.layers.activations import activation_named
from keras_albert.layers.attention_mask import attention_bias
from keras_albert.layers.factorized_embedding import FactorizedEmbedding
from keras_albert.layers.feed_forward import FeedForward
from keras_albert.layers.joint_span_head import JointSpanHead
from keras_albert.layers.masked_token_head import MaskedTokenHead
from keras_albert.layers.merge_choices import MergeChoices
from keras_albert.layers.self_attention import SelfAttention
from keras_albert.layers.sentence_order_head import SentenceOrderHead
from keras_albert.layers.shared_encoder import SharedEncoder
from keras_albert.layers.split_choices import SplitChoices
from keras_albert.layers.transformer_block import TransformerBlock

__all__ = [
    "FactorizedEmbedding",
    "FeedForward",
    "JointSpanHead",
    "MaskedTokenHead",
    "MergeChoices",
    "SelfAttention",
    "SentenceOrderHead",
    "SharedEncoder",
    "SplitChoices",
    "TransformerBlock",
    "activation_named",
    "attention_bias",
]
