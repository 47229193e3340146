"""AlbertMaskedLMPreprocessor: texts or pairs, with masked tokens."""

from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.models.masked_tokens.masking_preprocessor import MaskingPreprocessor
from keras_albert.models.text_packing import check_packing


@keras.saving.register_keras_serializable("keras_albert")
class AlbertMaskedLMPreprocessor(MaskingPreprocessor, keras_hub.models.MaskedLMPreprocessor):
    """Packs as `AlbertTextClassifierPreprocessor` does and masks n-grams of whole words.

    Lan et al. 2019, section 3.1; BERT section 3.1 for the shares. Masks are drawn afresh at every
    call; see `MaskingPreprocessor`.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S.
        truncate: see `kept_lengths`.
        mask_selection_rate: the share of tokens to predict.
        mask_selection_length: P, the most tokens to predict; by default the share of S.
        mask_token_rate: how many of them become `[MASK]`.
        random_token_rate: how many become a random piece; the others stay.
        max_ngram: the longest n-gram, in words.
        whole_words: whether the pieces of a word are masked together.
        seed: what the draws depend on, together with the number of the call.

    Call arguments:
        x: a list of B texts, or a tuple of two for pairs: `preprocessor(x=(first, second))`.

    Returns:
        `(x, y, sample_weight)`: x = {"token_ids", "segment_ids", "padding_mask"} (B, S) and
        "mask_positions" (B, P), all int32; y int32 (B, P), the ids that stood there;
        sample_weight float32 (B, P), 1 for a masked token and 0 for an unused place.

    Raises:
        InputError: a setting is wrong, or what was passed is not texts.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 512,
        truncate: str = "longest_first",
        mask_selection_rate: float = 0.15,
        mask_selection_length: int | None = None,
        mask_token_rate: float = 0.8,
        random_token_rate: float = 0.1,
        max_ngram: int = 3,
        whole_words: bool = True,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, truncate)
        super().__init__(
            tokenizer=tokenizer,
            sequence_length=sequence_length,
            truncate=truncate,
            mask_selection_rate=mask_selection_rate,
            mask_token_rate=mask_token_rate,
            random_token_rate=random_token_rate,
            **kwargs,
        )
        self.mask_selection_length = self._set_masking(
            sequence_length,
            mask_selection_rate,
            mask_selection_length,
            mask_token_rate,
            random_token_rate,
            max_ngram,
            whole_words,
            seed,
        )

    def _arrays(self, segments: tuple[list[Any], ...], generator: np.random.Generator) -> Any:
        return self._mask(self._pack(segments), generator)
