"""KerasHub's WordPiece layer with the ids of Google's code for ALBERT."""

from functools import cached_property
from pathlib import Path
from typing import Any

import keras_hub
import numpy as np

from keras_albert.errors import InputError
from keras_albert.runtime.wordpiece import MAX_WORD_CHARACTERS, SUFFIX, WordPiece, read_pieces
from keras_albert.text.tokenizers.encoded_text import bad_text
from keras_albert.text.tokenizers.wordpiece_in_graph import wordpiece_in_graph

PRESET_ASSET = "vocabulary.txt"
"""KerasHub's name for the vocabulary in a preset's folder."""

OPTIONS: dict[str, type] = {"lowercase": bool, "strip_accents": bool, "max_word_characters": int}
"""What the ids depend on beside the vocabulary."""

_SPECIAL_PIECES = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
    "start_token": "[CLS]",
    "end_token": "[SEP]",
}
# Of KerasHub's class: what Google's code has no choice in.
_FIXED = (
    "oov_token",
    "special_tokens",
    "special_tokens_in_strings",
    "split",
    "split_on_cjk",
    "suffix_indicator",
)


class WordPieceLayer(keras_hub.tokenizers.WordPieceTokenizer):
    """What KerasHub asks of a tokenizer: configuration, assets, `tokenize` and `detokenize`.

    Args:
        vocabulary: the V pieces by id, or the path of a file with one a line.
        lowercase: see `wordpiece.basic_character`.
        strip_accents: see there; by default as `lowercase`.
        max_word_characters: a longer word is unknown.
        **kwargs: of `keras_hub.tokenizers.Tokenizer`, and `sequence_length` and `dtype`.

    Raises:
        ValueError: the vocabulary lacks a special piece.
        InputError: a piece occurs twice, or an option is one that is fixed here.
    """

    def __init__(
        self,
        vocabulary: Any = None,
        *,
        lowercase: bool = True,
        strip_accents: bool | None = None,
        max_word_characters: int = MAX_WORD_CHARACTERS,
        **kwargs: Any,
    ):
        if fixed := [name for name in _FIXED if name in kwargs]:
            raise InputError(
                f"{type(self).__name__} has no option {fixed[0]}: ALBERT's code leaves no choice."
            )
        if max_word_characters < 1:
            raise InputError(f"max_word_characters={max_word_characters} is less than 1.")
        for attribute, piece in _SPECIAL_PIECES.items():
            self._add_special_token(piece, attribute)
        self.max_word_characters = max_word_characters
        super().__init__(
            vocabulary=vocabulary,
            lowercase=lowercase,
            strip_accents=lowercase if strip_accents is None else strip_accents,
            **kwargs,
        )
        self.built = True  # As `AlbertPreprocessor` is.

    def set_vocabulary(self, vocabulary: Any) -> None:
        """Sets the pieces: a list, a path, or None to wait for `load_assets`."""
        for cached in ("wordpiece", "_graph", "word_starts", "fingerprint"):
            self.__dict__.pop(cached, None)
        if isinstance(vocabulary, str | Path):
            # KerasHub refuses a path here where a file from elsewhere names it (safe mode).
            super().set_vocabulary(str(vocabulary))
            vocabulary = read_pieces(Path(vocabulary).read_bytes())
        first: dict[str, int] = {}
        for number, piece in enumerate(vocabulary or ()):
            if piece and first.setdefault(piece, number) != number:
                raise InputError(
                    f"The piece {piece!r} stands twice in the vocabulary, as {first[piece]} and "
                    f"as {number}; a piece has one id."
                )
        super().set_vocabulary(vocabulary)

    def save_assets(self, dir_path: str) -> None:
        """Writes the vocabulary into a preset's folder, under KerasHub's name."""
        Path(dir_path, PRESET_ASSET).write_bytes(self.vocabulary_bytes)

    def load_assets(self, dir_path: str) -> None:
        """Reads what `save_assets` wrote."""
        self.set_vocabulary(read_pieces(Path(dir_path, PRESET_ASSET).read_bytes()))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; the vocabulary is an asset, not configuration."""
        config = {k: v for k, v in super().get_config().items() if k not in _FIXED}
        return {**config, **self.options()}

    def options(self) -> dict[str, Any]:
        """What the ids depend on beside the vocabulary."""
        return {name: getattr(self, name) for name in OPTIONS}

    @property
    def vocabulary_bytes(self) -> bytes:
        """The vocabulary as a file has it: a piece a line, UTF-8."""
        return "".join(f"{piece}\n" for piece in self.get_vocabulary()).encode()

    @cached_property
    def wordpiece(self) -> WordPiece:
        """What makes the ids, in plain Python."""
        return WordPiece(self.get_vocabulary(), **self.options())

    def tokenize(self, inputs: Any) -> Any:
        """KerasHub's method: lists of ids in Python, a `RaggedTensor` in a TensorFlow graph.

        With `sequence_length`, rows are cut and filled up with 0; with `dtype="string"` the pieces
        stand for their ids.

        Raises:
            InputError: something is not text.
        """
        self._check_vocabulary()
        if self._use_tf_workflow():
            return self._tokenize_tf(inputs)
        if hasattr(inputs, "numpy"):
            inputs = inputs.numpy()
        if isinstance(inputs, np.ndarray):
            inputs = inputs.tolist()
        if isinstance(inputs, str | bytes):
            row = self._row(inputs)
            return row if self._gives_pieces else np.array(row, self.compute_dtype)
        if not isinstance(inputs, list | tuple):
            raise bad_text([inputs])
        is_row = [isinstance(text, str | bytes) for text in inputs]
        if not all(is_row):
            return [self.tokenize(text) for text in inputs]
        rows = [self._row(text) for text in inputs]
        dense = self.sequence_length and not self._gives_pieces
        return np.array(rows, self.compute_dtype) if dense else rows

    def _row(self, text: str | bytes) -> list[Any]:
        """One text's ids or pieces."""
        text = text.decode() if isinstance(text, bytes) else text
        try:
            ids = self.wordpiece.encode(text)
        except ValueError as error:
            raise bad_text([text]) from error
        length = self.sequence_length
        if length:
            ids = [*ids[:length], *[0] * (length - len(ids))]
        return [self.wordpiece.pieces[index] for index in ids] if self._gives_pieces else ids

    @property
    def _gives_pieces(self) -> bool:
        return str(self.compute_dtype) == "string"

    @cached_property
    def _graph(self) -> Any:
        import tensorflow as tf

        with tf.init_scope():  # its constants outlive the graph that is traced first
            return wordpiece_in_graph(self.wordpiece)

    def _tokenize_tf(self, inputs: Any) -> Any:
        import tensorflow as tf

        strings = tf.convert_to_tensor(inputs)
        ids, splits = self._graph(tf.reshape(strings, [-1]))
        if self._gives_pieces:
            ids = tf.gather(tf.constant(self.get_vocabulary()), ids)
        else:
            ids = tf.cast(ids, self.compute_dtype)
        rows = tf.RaggedTensor.from_row_splits(ids, splits)
        if self.sequence_length:
            rows = rows.to_tensor(shape=[None, self.sequence_length])
        return rows[0] if strings.shape.rank == 0 else rows

    def _detokenize_tf(self, inputs: Any) -> Any:
        import tensorflow as tf

        pieces = tf.gather(tf.constant(self.get_vocabulary()), inputs)
        joined = tf.strings.reduce_join(pieces, axis=-1, separator=" ")
        return tf.strings.regex_replace(joined, f" {SUFFIX}", "")

    def _set_vocabulary_tf(self) -> None:
        # KerasHub makes its own operation here; ours is made when a graph first asks for it.
        self._fast_word_piece = None
