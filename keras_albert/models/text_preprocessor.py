"""What preprocessors of texts and pairs have in common, whatever the task."""

from typing import Any

import numpy as np

from keras_albert.models.preprocessor import AlbertPreprocessor
from keras_albert.models.text_packing import check_packing


class TextPreprocessor(AlbertPreprocessor):
    """Mixed into a KerasHub preprocessor: `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]`.

    Args:
        tokenizer: an `AlbertTokenizer` or a `WordPieceTokenizer`.
        sequence_length: S, to which texts are cut or padded.
        truncate: how a pair that is too long is cut; see `kept_lengths`.
    """

    def __init__(
        self,
        tokenizer: Any,
        sequence_length: int = 512,
        truncate: str = "longest_first",
        **kwargs: Any,
    ) -> None:
        check_packing(sequence_length, truncate)
        super().__init__(
            tokenizer=tokenizer, sequence_length=sequence_length, truncate=truncate, **kwargs
        )

    def _arrays(self, segments: tuple[list[Any], ...], generator: np.random.Generator) -> Any:
        return (self._pack(segments),)
