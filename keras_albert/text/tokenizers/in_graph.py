"""The tokenizer as TensorFlow operations, for tf.data, SavedModel and TFLite."""

from typing import Any

import numpy as np

from keras_albert.errors import InputError


class FastTokenizer:
    """tensorflow-text's `FastSentencepieceTokenizer` with the row splits every other op has, int64.

    Args:
        model_proto: the serialised SentencePiece model.
    """

    def __init__(self, model_proto: bytes):
        import tensorflow_text as tf_text

        self.tokenizer = tf_text.FastSentencepieceTokenizer(model_proto)

    def tokenize(self, strings: Any) -> Any:
        """Strings [B] to a `RaggedTensor` of int32 [B, None]."""
        import tensorflow as tf

        return self.tokenizer.tokenize(strings).with_row_splits_dtype(tf.int64)

    def detokenize(self, ids: Any) -> Any:
        """Int32 [B, None] to strings [B]."""
        import tensorflow as tf

        return self.tokenizer.detokenize(ids.with_row_splits_dtype(tf.int32))


def digit_comma_in_graph(
    flat_ids: Any, row_splits: Any, table: tuple[np.ndarray, np.ndarray]
) -> tuple[Any, Any]:
    """`pieces.apply_table` as TensorFlow operations: int32 [T], int64 [B + 1] to the same."""
    import tensorflow as tf

    lengths = tf.gather(tf.constant(table[0]), flat_ids)
    rows = tf.gather(tf.constant(table[1]), flat_ids)
    # Where each text ends after the replacement: the running total of lengths at its old end.
    ends = tf.concat([[0], tf.cumsum(tf.cast(lengths, tf.int64))], axis=0)
    kept = tf.sequence_mask(lengths, maxlen=table[1].shape[1])
    return tf.boolean_mask(rows, kept), tf.gather(ends, row_splits)


def in_graph_tokenizer(
    model_proto: bytes,
    *,
    fast: bool = True,
    digit_comma_table: tuple[np.ndarray, np.ndarray] | None = None,
) -> Any:
    """Builds a `tf.Module` that turns strings into ids with tensorflow-text.

    Args:
        model_proto: the serialised SentencePiece model.
        fast: use `FastSentencepieceTokenizer`, the one that TFLite has and that agrees with
            SentencePiece on ties; else the ordinary `SentencepieceTokenizer`.
        digit_comma_table: lengths int32 [V] and replacements int32 [V, W] of
            `pieces.digit_comma_table`, where that rule is wanted.

    Returns:
        A module; calling it with a string tensor [B] gives `(flat_ids, row_splits)`: int32 [T] and
        int64 [B + 1], the ids of text b being `flat_ids[row_splits[b]:row_splits[b + 1]]`.
        Bytes that are not UTF-8 become `<unk>`.

    Raises:
        InputError: tensorflow or tensorflow-text is not installed.
    """
    try:
        import tensorflow as tf
        import tensorflow_text as tf_text
    except ImportError as error:
        raise InputError(
            "The in-graph tokenizer needs tensorflow and tensorflow-text: "
            "install keras-albert[tensorflow]."
        ) from error

    class InGraphTokenizer(tf.Module):
        def __init__(self) -> None:
            super().__init__(name="in_graph_tokenizer")
            if fast:
                self.tokenizer = FastTokenizer(model_proto)
            else:
                self.tokenizer = tf_text.SentencepieceTokenizer(model_proto, out_type=tf.int32)

        def __call__(self, strings: Any) -> tuple[Any, Any]:
            ragged = self.tokenizer.tokenize(strings)
            flat_ids = ragged.flat_values
            row_splits = ragged.row_splits
            if digit_comma_table is None:
                return flat_ids, row_splits
            return digit_comma_in_graph(flat_ids, row_splits, digit_comma_table)

    return InGraphTokenizer()
