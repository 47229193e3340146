"""AlbertTokenizer: text to ids and back, the same ids in Python and in a TensorFlow graph."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import keras
import keras_hub
import numpy as np
import sentencepiece

from keras_albert.errors import InputError
from keras_albert.files import write_aside
from keras_albert.text import pieces as piece_rules
from keras_albert.text.in_graph import FastTokenizer, digit_comma_in_graph, in_graph_tokenizer
from keras_albert.text.named_presets import NamedPresets
from keras_albert.text.offsets import piece_offsets

MODEL_FILENAME = "spiece.model"
_PRESET_ASSET = Path("assets/tokenizer/vocabulary.spm")
# SentencePiece starts a thread pool for every list, which costs more than encoding a few texts.
_SMALL_BATCH = 16
_SPECIAL_PIECES = {
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


class Encoding(NamedTuple):
    """One text, encoded: n pieces with their places in the original text.

    Attributes:
        ids: int32 [n].
        pieces: n surface pieces; an unknown stretch shows its (normalised) characters.
        offsets: int64 [n, 2], the half-open range of characters of the original text a piece
            comes from, without the white space in front of it.
    """

    ids: np.ndarray
    pieces: list[str]
    offsets: np.ndarray


@keras.saving.register_keras_serializable("keras_albert")
class AlbertTokenizer(NamedPresets, keras_hub.tokenizers.SentencePieceTokenizer):
    """ALBERT's SentencePiece tokenizer.

    Everything about the text (normalisation included) lives in the SentencePiece model, so the
    ids are the same here, in tf.data, in a SavedModel and in any other SentencePiece runtime.
    Text never yields a special piece: `[CLS]` written out in a text is ordinary characters.

    As a layer, it behaves as every KerasHub tokenizer does (`tokenizer(["a text"])`, `from_preset`,
    `save_to_preset`, use inside `tf.data.Dataset.map`). The methods named below work on plain
    Python strings and NumPy arrays, with no TensorFlow involved.

    Args:
        proto: the serialised SentencePiece model (bytes) or the path of its file.
        google_digit_comma: split a piece that ends in a digit and a comma (`1,` becomes `1` and
            `,`), as Google's code does and as SentencePiece and transformers 5 do not. Off, so
            that ids are those of the bare model; it holds in the graph too.
        **kwargs: of `keras_hub.tokenizers.SentencePieceTokenizer` (`sequence_length`, `dtype`...).

    Raises:
        ValueError: the model lacks one of `<pad> <unk> [CLS] [SEP] [MASK]`.
        InputError: `google_digit_comma` together with `sequence_length` or a string `dtype`.

    Example:
    ```python
    tokenizer = AlbertTokenizer.load("V/")
    tokenizer.encode(["A text.", "Another."])       # two int32 arrays, no special pieces
    tokenizer.encode_with_offsets("Caf\u00e9 au lait").offsets
    ```
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

    @classmethod
    def load(cls, path: str | Path, **kwargs: Any) -> "AlbertTokenizer":
        """Reads a vocabulary folder, a preset folder or a SentencePiece model file.

        Raises:
            InputError: there is no such file, or it is not a model with ALBERT's special pieces.
        """
        path = Path(path)
        tried = [path] if path.is_file() else [path / MODEL_FILENAME, path / _PRESET_ASSET]
        for file in tried:
            if file.is_file():
                break
        else:
            raise InputError(
                f"No vocabulary at {path}: expected a SentencePiece model file or a folder with "
                f"{MODEL_FILENAME} in it, as `keras-albert vocabulary` writes."
            )
        proto = file.read_bytes()
        try:
            if not proto:  # SentencePiece takes an empty model without a word
                raise ValueError("an empty file")
            sentencepiece.SentencePieceProcessor(model_proto=proto)
        except (RuntimeError, ValueError) as error:
            raise InputError(f"{file} is not a SentencePiece model.") from error
        try:
            return cls(proto, **kwargs)
        except InputError:
            raise
        except ValueError as error:
            raise InputError(
                f"{file} is not an ALBERT vocabulary: {' '.join(str(error).split())}"
            ) from error

    def save(self, folder: str | Path) -> Path:
        """Writes `spiece.model` into `folder` (aside, then renamed) and returns its path."""
        destination = Path(folder) / MODEL_FILENAME
        with write_aside(destination) as aside:
            aside.write_bytes(self.proto)
        return destination

    def set_proto(self, proto: Any) -> None:
        """Sets the model: bytes, a path, or None to wait for `load_assets`."""
        for cached in ("_processor", "word_starts", "fingerprint", "_digit_comma"):
            self.__dict__.pop(cached, None)
        super().set_proto(proto)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the model itself is an asset, not configuration."""
        return {**super().get_config(), "google_digit_comma": self.google_digit_comma}

    # Text to ids

    def encode(
        self,
        texts: Sequence[str],
        *,
        sample: bool = False,
        alpha: float = 0.1,
        nbest: int = -1,
        seed: int | None = None,
        num_threads: int = 1,
    ) -> list[np.ndarray]:
        """Encodes texts, without special pieces.

        Args:
            texts: B strings.
            sample: draw a segmentation instead of taking the likeliest (subword regularization,
                Kudo 2018, arXiv 1804.10959).
            alpha: when sampling, the smoothing exponent: 0 is uniform, larger is closer to the
                likeliest.
            nbest: when sampling, from how many of the best segmentations; -1 is all of them.
            seed: when sampling, what the draws depend on, together with the texts.
            num_threads: over how many threads SentencePiece spreads the batch; when sampling, 1.

        Returns:
            B int32 arrays.

        Raises:
            InputError: a text is not a string, or holds a lone surrogate; or `sample` without
                `seed`.
        """
        if isinstance(texts, str):
            raise InputError("encode takes a list of texts; for one text, pass [text].")
        texts = list(texts)
        options: dict[str, Any] = {"num_threads": num_threads}
        if sample:
            if seed is None:
                raise InputError("Sampling needs a seed: pass seed=0, or any other integer.")
            sentencepiece.SetRandomGeneratorSeed(seed)
            options = {
                "num_threads": 1,
                "enable_sampling": True,
                "alpha": alpha,
                "nbest_size": nbest,
            }
        try:
            small = len(texts) < _SMALL_BATCH and all(isinstance(text, str) for text in texts)
            if small and not sample:
                encoded = [self._processor.Encode(text, return_type="numpy") for text in texts]
            else:
                encoded = self._processor.Encode(texts, return_type="numpy", **options)
        except (RuntimeError, TypeError) as error:
            raise self._bad_text(texts) from error
        if self.google_digit_comma:
            encoded = [piece_rules.apply_table(ids, *self._digit_comma) for ids in encoded]
        return list(encoded)

    def encode_with_offsets(self, text: str) -> Encoding:
        """Encodes one text and says which characters of it each piece comes from.

        The offsets count the characters of `text` as given, before normalisation. A mark that was
        dropped belongs to the letter before it; where one character was written as several (a
        ligature, `\u00bd`), each piece of them has that character's whole range. Offsets leave
        out white space, so a piece that is nothing but a word mark has an empty range.

        Raises:
            InputError: the text is not a string, or holds a lone surrogate.
        """
        ids = self.encode([text])[0]
        normalized, origins = self._processor.Normalize(text, with_offsets=True)
        surfaces = self._processor.Encode(text, return_type=str)
        if self.google_digit_comma:
            surfaces = [part for piece in surfaces for part in self._split_digit_comma(piece)]
        offsets = piece_offsets(text, normalized, origins, surfaces)
        return Encoding(ids, surfaces, offsets)

    def in_graph(self, *, fast: bool = True) -> Any:
        """The tokenizer as a `tf.Module`: strings [B] -> (int32 [T], row_splits int64 [B + 1]).

        Args:
            fast: use tensorflow-text's `FastSentencepieceTokenizer`, which gives the ids that
                `encode` gives and is the one that TFLite has. The ordinary operation picks
                another of several equally likely segmentations (`w ww`, `ww w`) in about 1 text
                of 2,500.

        Raises:
            InputError: tensorflow or tensorflow-text is not installed.
        """
        table = self._digit_comma if self.google_digit_comma else None
        return in_graph_tokenizer(self.proto, fast=fast, digit_comma_table=table)

    # Ids to text

    def decode(self, ids: Iterable[int]) -> str:
        """The (normalised) text of some ids; special pieces leave nothing, `<unk>` leaves a mark.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        return str(self._processor.Decode(self._checked(ids)))

    def pieces(self, ids: Iterable[int]) -> list[str]:
        """The pieces of some ids.

        Raises:
            InputError: an id is outside the vocabulary.
        """
        return [self._processor.IdToPiece(index) for index in self._checked(ids)]

    # The vocabulary

    @property
    def special_token_ids(self) -> list[int]:
        """The ids of `<pad> <unk> [CLS] [SEP] [MASK]`, in increasing order."""
        return sorted(super().special_token_ids)

    @cached_property
    def word_starts(self) -> np.ndarray:
        """Which ids begin a word, by Google's rule (`pieces.is_word_start`): bool [V].

        Special pieces count as words of their own.
        """
        return piece_rules.word_starts(self.get_vocabulary(), self.special_token_ids)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the serialised model, hexadecimal: what a token store remembers it by."""
        self._check_vocabulary()
        return hashlib.sha256(self.proto).hexdigest()

    # KerasHub's own way in

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

    def _set_proto_tf(self, proto: bytes) -> None:
        # KerasHub takes the ordinary operation, which breaks ties differently from SentencePiece:
        # ids inside tf.data would not always be those outside.
        super()._set_proto_tf(proto)
        if self.compute_dtype == "int32" and not (self.add_bos or self.add_eos):
            self._sentence_piece = FastTokenizer(proto)

    # Helpers

    @cached_property
    def _processor(self) -> sentencepiece.SentencePieceProcessor:
        self._check_vocabulary()
        return sentencepiece.SentencePieceProcessor(model_proto=self.proto)

    @cached_property
    def _digit_comma(self) -> tuple[np.ndarray, np.ndarray]:
        return piece_rules.digit_comma_table(
            self.get_vocabulary(),
            lambda text: self._processor.Encode(text, return_type=str),
            self._processor.PieceToId,
        )

    def _split_digit_comma(self, piece: str) -> list[str]:
        index = self._processor.PieceToId(piece)
        lengths, replacements = self._digit_comma
        if index == self.unk_token_id or lengths[index] == 1:
            return [piece]
        return [self._processor.IdToPiece(int(i)) for i in replacements[index, : lengths[index]]]

    def _checked(self, ids: Iterable[int]) -> list[int]:
        checked = [int(index) for index in ids]
        for index in checked:
            if not 0 <= index < self.vocabulary_size():
                raise InputError(
                    f"Id {index} is outside the vocabulary of {self.vocabulary_size()} pieces "
                    f"(0 to {self.vocabulary_size() - 1}). Was it made with another tokenizer?"
                )
        return checked

    @staticmethod
    def _bad_text(texts: list[Any]) -> InputError:
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                return InputError(f"Text {number} is {type(text).__name__}, not a string.")
            try:
                text.encode()
            except UnicodeEncodeError as error:
                return InputError(
                    f"Text {number} holds a lone surrogate (U+{ord(text[error.start]):04X}) at "
                    f"character {error.start}, which is no character: read the file as UTF-8, or "
                    "drop it with text.encode(errors='ignore').decode()."
                )
        return InputError("The texts cannot be encoded.")
