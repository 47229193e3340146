"""AlbertPretrainerPreprocessor: documents or pairs, masked, with sentence order."""

from typing import Any

import keras
import keras_hub
import numpy as np

from keras_albert.data.segments import SPECIALS_IN_PAIR, strict_pair, truncate_pair
from keras_albert.data.sentence_order import swap_segments
from keras_albert.errors import InputError
from keras_albert.models.masked_tokens.masking_preprocessor import MaskingPreprocessor
from keras_albert.models.text_packing import check_packing, pack
from keras_albert.models.texts import read_texts


@keras.saving.register_keras_serializable("keras_albert")
class AlbertPretrainerPreprocessor(MaskingPreprocessor, keras_hub.models.Preprocessor):
    """Two consecutive segments, swapped half the time, masked (Lan et al. 2019, section 3.1).

    For evaluation and small corpora in memory; pretraining proper reads a token store through
    `keras_albert.data.pipeline.PretrainingData`, which makes its instances by the same functions.
    Draws are made afresh at every call; see `MaskingPreprocessor`.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S.
        mask_selection_rate: the share of tokens to predict.
        mask_selection_length: P, the most tokens to predict; by default the share of S.
        mask_token_rate: how many of them become `[MASK]`.
        random_token_rate: how many become a random piece; the others stay.
        max_ngram: the longest n-gram, in words.
        whole_words: whether the pieces of a word are masked together.
        seed: what the draws depend on, together with the number of the call.

    Call arguments:
        x: B documents, each a list of sentences or a string with a sentence a line; one instance
            is cut from each. Or a tuple of two lists of B texts, the second of a pair following
            the first: `preprocessor(x=(first, second))`.

    Returns:
        `(x, y, sample_weight)` as `PretrainingData` gives them: x = {"token_ids", "segment_ids",
        "padding_mask"} (B, S) and "mask_positions" (B, P); y = {"masked_tokens" (B, P),
        "sentence_order" (B,)}, all int32; sample_weight of the same names, float32.

    Raises:
        InputError: a setting is wrong, what was passed is not texts, or a document has fewer
            than two sentences.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 512,
        mask_selection_rate: float = 0.15,
        mask_selection_length: int | None = None,
        mask_token_rate: float = 0.8,
        random_token_rate: float = 0.1,
        max_ngram: int = 3,
        whole_words: bool = True,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, "longest_first")
        super().__init__(**kwargs)
        self.tokenizer = tokenizer
        self.sequence_length = sequence_length
        self.mask_selection_rate = mask_selection_rate
        self.mask_token_rate = mask_token_rate
        self.random_token_rate = random_token_rate
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

    def _read(self, x: Any) -> tuple[tuple[list[Any], ...], bool]:
        if isinstance(x, list) and x and all(isinstance(item, list) for item in x):
            return (x,), True
        return read_texts(x)

    def _arrays(self, segments: tuple[list[Any], ...], generator: np.random.Generator) -> Any:
        pairs = self._pairs(segments, generator)
        ordered, labels = [], np.zeros(len(pairs), np.int32)
        for number, (first, second) in enumerate(pairs):
            first, second, labels[number] = swap_segments(first, second, generator)
            max_tokens = self.sequence_length - SPECIALS_IN_PAIR
            ordered.append(truncate_pair(first, second, max_tokens, generator))
        packed = pack(
            list(zip(*ordered, strict=True)),
            sequence_length=self.sequence_length,
            truncate="longest_first",
            cls_token_id=self.tokenizer.cls_token_id,
            sep_token_id=self.tokenizer.sep_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        x, masked_tokens, weights = self._mask(packed, generator)
        return (
            x,
            {"masked_tokens": masked_tokens, "sentence_order": labels},
            {"masked_tokens": weights, "sentence_order": np.ones(len(pairs), np.float32)},
        )

    def _pairs(
        self, segments: tuple[list[Any], ...], generator: np.random.Generator
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """The two segments of every instance, in order."""
        if len(segments) == 2:
            first, second = (self.tokenizer.encode(segment) for segment in segments)
            return list(zip(first, second, strict=True))
        pairs = []
        for number, document in enumerate(segments[0]):
            lines = document.splitlines() if isinstance(document, str) else document
            sentences = [ids for ids in self.tokenizer.encode(lines) if len(ids)]
            if len(sentences) < 2:
                raise InputError(
                    f"Document {number} has {len(sentences)} sentence(s); sentence order needs "
                    "two. Pass a document as a list of sentences or a sentence a line, or pass "
                    "pairs as x=(first, second)."
                )
            lengths = np.array([len(ids) for ids in sentences])
            target = self.sequence_length - SPECIALS_IN_PAIR
            center = float(generator.random() * lengths.sum())
            span = strict_pair(lengths, center, target, generator)
            pairs.append(
                (
                    np.concatenate(sentences[span.start : span.middle]),
                    np.concatenate(sentences[span.middle : span.end]),
                )
            )
        return pairs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "sequence_length": self.sequence_length,
            "mask_selection_rate": self.mask_selection_rate,
            "mask_selection_length": self.mask_selection_length,
            "mask_token_rate": self.mask_token_rate,
            "random_token_rate": self.random_token_rate,
        }
