"""What the preprocessors that mask have in common."""

import itertools
from typing import Any

import keras
import numpy as np

from keras_albert.data.masking import Masker, MaskingOptions
from keras_albert.errors import InputError
from keras_albert.models.preprocessor import AlbertPreprocessor


class MaskingPreprocessor(AlbertPreprocessor):
    """Mixed into a KerasHub preprocessor: settings of the masking, seeded draws.

    Masks are drawn afresh at every call, from a generator seeded by (seed, number of the call):
    two preprocessors with one seed give the same masks call by call.
    """

    def _set_masking(
        self,
        sequence_length: int,
        mask_selection_rate: float,
        mask_selection_length: int | None,
        mask_token_rate: float,
        random_token_rate: float,
        max_ngram: int,
        whole_words: bool,
        seed: int,
    ) -> int:
        """Keeps the settings and returns P.

        Raises:
            InputError: a setting is out of range.
        """
        if not isinstance(seed, int) or seed < 0:
            raise InputError(f"seed={seed!r} is not a whole number from 0 up.")
        self._options = MaskingOptions(
            probability=mask_selection_rate,
            max_ngram=max_ngram,
            mask_share=mask_token_rate,
            random_share=random_token_rate,
            whole_words=whole_words,
        )
        if mask_selection_length is None:
            mask_selection_length = max(1, round(sequence_length * mask_selection_rate))
        self.max_ngram = max_ngram
        self.whole_words = whole_words
        self.seed = seed
        self._calls = itertools.count()
        self._masker: Masker | None = None
        return mask_selection_length

    def _next_generator(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, next(self._calls)])

    def _mask(
        self, x: dict[str, np.ndarray], generator: np.random.Generator
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Masks packed rows.

        Args:
            x: "token_ids", "segment_ids" and "padding_mask", each int32 (B, S).
            generator: the source of chance.

        Returns:
            `x` masked, with "mask_positions" int32 (B, P); the ids that stood there int32 (B, P);
            weights float32 (B, P), 1 for a masked token.
        """
        places = self.mask_selection_length  # type: ignore[attr-defined]
        if self._masker is None:
            # Here, not in the constructor: the vocabulary of a saved tokenizer comes after it.
            self._masker = Masker(
                word_starts=self.tokenizer.word_starts,
                special_token_ids=self.tokenizer.special_token_ids,
                cls_token_id=self.tokenizer.cls_token_id,
                sep_token_id=self.tokenizer.sep_token_id,
                mask_token_id=self.tokenizer.mask_token_id,
                max_predictions=places,
                options=self._options,
            )
        token_ids = x["token_ids"].copy()
        positions = np.zeros((len(token_ids), places), np.int32)
        labels = np.zeros((len(token_ids), places), np.int32)
        weights = np.zeros((len(token_ids), places), np.float32)
        for row, length in enumerate(x["padding_mask"].sum(axis=1).tolist()):
            masked, chosen, originals = self._masker.mask(token_ids[row, :length], generator)
            token_ids[row, :length] = masked
            positions[row, : len(chosen)] = chosen
            labels[row, : len(chosen)] = originals
            weights[row, : len(chosen)] = 1
        return {**x, "token_ids": token_ids, "mask_positions": positions}, labels, weights

    def call(self, x: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """As `AlbertPreprocessor.call`, for texts without labels.

        Raises:
            InputError: labels or weights were passed, or what was passed is not texts.
        """
        if y is not None or sample_weight is not None:
            raise InputError(
                f"{type(self).__name__} makes the labels and weights itself; y and sample_weight "
                "must be left out. Pairs are passed as x=(first, second)."
            )
        return super().call(x)

    def _packed(self, outputs: tuple[Any, ...], y: Any, sample_weight: Any) -> Any:
        return keras.utils.pack_x_y_sample_weight(*outputs)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),  # type: ignore[misc]
            "max_ngram": self.max_ngram,
            "whole_words": self.whole_words,
            "seed": self.seed,
        }
