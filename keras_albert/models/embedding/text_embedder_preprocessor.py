"""AlbertTextEmbedderPreprocessor: texts or pairs to the backbone's inputs."""

import keras
import keras_hub

from keras_albert.models.text_preprocessor import TextPreprocessor


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTextEmbedderPreprocessor(TextPreprocessor, keras_hub.models.TextEmbedderPreprocessor):
    """`[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`, with segment ids.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S; longer texts are cut, shorter ones padded, all to S.
        truncate: how a pair that is too long is cut: "longest_first" (KerasHub's name for it is
            "round_robin") or "waterfall"; see `kept_lengths`.

    Call arguments:
        x: a list of B texts, or a tuple of two for pairs: `preprocessor(x=(first, second))`.
        y: labels, passed on.
        sample_weight: weights, passed on.

    Returns:
        {"token_ids", "segment_ids", "padding_mask"}, each int32 (B, S).

    Raises:
        InputError: a setting is wrong, or what was passed is not texts.
    """
