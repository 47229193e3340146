"""KerasHub's SentencePiece layer with ALBERT's special pieces and the digits-and-comma rule."""

from functools import cached_property
from pathlib import Path
from typing import Any

import keras_hub
import numpy as np
import sentencepiece

from keras_albert.errors import InputError
from keras_albert.text import pieces as piece_rules
from keras_albert.text.tokenizers.in_graph import FastTokenizer, digit_comma_in_graph

PRESET_ASSET = "vocabulary.spm"
"""KerasHub's name for the model in a preset's folder."""

OPTIONS: dict[str, type] = {"google_digit_comma": bool}
"""What the ids depend on beside the model."""

_SPECIAL_PIECES = {
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def check_model(proto: bytes) -> None:
    """Checks that bytes are a SentencePiece model.

    Raises:
        InputError: they are not, or a damaged one.
    """
    try:
        if not proto:  # SentencePiece takes an empty model without a word
            raise ValueError("an empty file")
        sentencepiece.SentencePieceProcessor(model_proto=proto)
    except (RuntimeError, ValueError) as error:
        raise InputError(
            "The vocabulary is not a SentencePiece model, or a damaged one: fetch or copy it again."
        ) from error


class SentencePieceLayer(keras_hub.tokenizers.SentencePieceTokenizer):
    """What KerasHub asks of a tokenizer: configuration, the model, `tokenize`.

    Args:
        proto: the serialised SentencePiece model (bytes) or the path of its file.
        google_digit_comma: see `AlbertTokenizer`.
        **kwargs: of `keras_hub.tokenizers.SentencePieceTokenizer`.

    Raises:
        ValueError: the model lacks one of `<pad> <unk> [CLS] [SEP] [MASK]`.
        InputError: `google_digit_comma` together with `sequence_length` or a string `dtype`.
    """

    def __init__(self, proto: Any = None, *, google_digit_comma: bool = False, **kwargs: Any):
        for attribute, piece in _SPECIAL_PIECES.items():
            self._add_special_token(piece, attribute)
        self._add_special_token("[CLS]", "start_token")
        self._add_special_token("[SEP]", "end_token")
        if google_digit_comma and (
            kwargs.get("sequence_length") or kwargs.get("dtype") == "string"
        ):
            raise InputError(
                "google_digit_comma=True changes the number of ids, so it cannot be combined with "
                "sequence_length or dtype='string'. Leave those out and pack afterwards."
            )
        self.google_digit_comma = google_digit_comma
        super().__init__(proto=proto, **kwargs)
        self.built = True  # As `AlbertPreprocessor` is.

    def set_proto(self, proto: Any) -> None:
        """Sets the model: bytes, a path, or None to wait for `load_assets`."""
        for cached in ("processor", "word_starts", "fingerprint", "_digit_comma"):
            self.__dict__.pop(cached, None)
        super().set_proto(proto)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the model itself is an asset, not configuration."""
        return {**super().get_config(), "google_digit_comma": self.google_digit_comma}

    def tokenize(self, inputs: Any) -> Any:
        """KerasHub's method: lists of ids in Python, a `RaggedTensor` in a TensorFlow graph."""
        outputs = super().tokenize(inputs)
        if not self.google_digit_comma:
            return outputs
        if isinstance(outputs, list):
            rows = (np.array(row, dtype=np.int32) for row in outputs)
            return [piece_rules.apply_table(row, *self._digit_comma).tolist() for row in rows]
        if isinstance(outputs, np.ndarray):
            return piece_rules.apply_table(outputs, *self._digit_comma)
        import tensorflow as tf

        if isinstance(outputs, tf.RaggedTensor):
            flat, splits = digit_comma_in_graph(
                outputs.flat_values, outputs.row_splits, self._digit_comma
            )
            return tf.RaggedTensor.from_row_splits(flat, splits)
        splits = tf.stack([tf.constant(0, tf.int64), tf.size(outputs, tf.int64)])
        return digit_comma_in_graph(outputs, splits, self._digit_comma)[0]

    def load_assets(self, dir_path: str) -> None:
        """Reads what `save_assets` wrote.

        Raises:
            InputError: it is not a SentencePiece model, or not ALBERT's.
        """
        file = Path(dir_path, PRESET_ASSET)
        try:
            self.set_proto(file.read_bytes())
        except (OSError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{file} is not an ALBERT vocabulary: {reason}") from error

    def _set_proto_tf(self, proto: bytes) -> None:
        # What TensorFlow says of a model that is none is not for people.
        check_model(proto)
        # KerasHub takes the ordinary operation, which breaks ties differently from SentencePiece:
        # ids inside tf.data would not always be those outside.
        super()._set_proto_tf(proto)
        if self.compute_dtype == "int32" and not (self.add_bos or self.add_eos):
            self._sentence_piece = FastTokenizer(proto)

    @cached_property
    def processor(self) -> sentencepiece.SentencePieceProcessor:
        """SentencePiece itself, outside TensorFlow."""
        self._check_vocabulary()
        return sentencepiece.SentencePieceProcessor(model_proto=self.proto)

    @cached_property
    def _digit_comma(self) -> tuple[np.ndarray, np.ndarray]:
        return piece_rules.digit_comma_table(
            self.get_vocabulary(),
            lambda text: self.processor.Encode(text, return_type=str),
            self.processor.PieceToId,
        )
