"""Packing `[CLS] a [SEP] b [SEP]` as TensorFlow operations, for a graph that takes strings."""

from typing import Any

from keras_albert.runtime.packing import MASK


def encode_in_graph(tokenizer: Any, strings: Any, mask_id: int | None = None) -> tuple[Any, Any]:
    """Strings to ids, with a written `[MASK]` as the mask token where one is given.

    Args:
        tokenizer: a tokenizer's `in_graph()`.
        strings: (B,) strings.
        mask_id: the id of the mask token, or None to read `[MASK]` as ordinary characters.

    Returns:
        Flat ids, int32 (T,), and row splits, int64 (B + 1,).
    """
    import tensorflow as tf

    if mask_id is None:
        return tokenizer(strings)
    parts = tf.strings.split(strings, MASK)
    flat, splits = tokenizer(parts.flat_values)
    encoded = tf.RaggedTensor.from_row_splits(flat, splits)
    # A mask goes in front of every part but the first of its text.
    is_later = tf.concat([[False], parts.value_rowids()[1:] == parts.value_rowids()[:-1]], 0)
    is_later = is_later[: tf.shape(parts.flat_values)[0]]
    masks = tf.RaggedTensor.from_row_lengths(
        tf.fill([tf.math.count_nonzero(is_later)], mask_id), tf.cast(is_later, tf.int64)
    )
    joined = tf.concat([masks, encoded], axis=1)
    return joined.flat_values, tf.gather(joined.row_splits, parts.row_splits)


def pack_in_graph(
    segments: list[tuple[Any, Any]], *, sequence_length: int, truncate: str, special: dict[str, int]
) -> tuple[dict[str, Any], Any]:
    """`runtime.packing.pack` as TensorFlow operations, padded to the longest row instead of to S.

    Args:
        segments: G pairs (1 or 2) of flat ids (T,) and row splits (B + 1,).
        sequence_length: S.
        truncate: see `runtime.packing.kept_lengths`.
        special: the ids of "pad", "cls" and "sep".

    Returns:
        "token_ids", "segment_ids", "padding_mask", int32 (B, S'), S' at most S; and bool (B,):
        which rows were cut.
    """
    import tensorflow as tf

    lengths = [tf.cast(splits[1:] - splits[:-1], tf.int32) for _, splits in segments]
    budget = sequence_length - 1 - len(segments)
    kept = [tf.minimum(lengths[0], budget)]
    if len(segments) == 2:
        first, second = lengths
        if truncate != "waterfall":
            half = (budget + 1) // 2
            kept = [tf.minimum(first, tf.maximum(half, budget - second))]
        kept.append(tf.minimum(second, budget - kept[0]))
    ends = [1 + kept[0]]
    if len(segments) == 2:
        ends.append(ends[0] + 1 + kept[1])
    row_lengths = ends[-1] + 1
    column = tf.expand_dims(tf.range(tf.reduce_max(row_lengths)), 0)

    token_ids = tf.where(column == 0, special["cls"], special["pad"])
    token_ids = tf.zeros_like(tf.expand_dims(row_lengths, 1)) + token_ids
    for (flat, splits), keep, end in zip(segments, kept, ends, strict=True):
        start = tf.expand_dims(end - keep, 1)
        end = tf.expand_dims(end, 1)
        inside = (column >= start) & (column < end)
        source = tf.cast(tf.expand_dims(splits[:-1], 1), tf.int32) + column - start
        # One id more at the end, so that places outside have something to point at.
        flat = tf.concat([flat, [0]], axis=0)
        gathered = tf.gather(flat, tf.where(inside, source, tf.size(flat) - 1))
        token_ids = tf.where(inside, gathered, token_ids)
        token_ids = tf.where(column == end, special["sep"], token_ids)
    padding_mask = column < tf.expand_dims(row_lengths, 1)
    segment_ids = tf.zeros_like(token_ids)
    if len(segments) == 2:
        segment_ids = tf.cast(padding_mask & (column > tf.expand_dims(ends[0], 1)), tf.int32)
    cut = tf.reduce_any(tf.stack(lengths) > tf.stack(kept), axis=0)
    arrays = {
        "token_ids": token_ids,
        "segment_ids": segment_ids,
        "padding_mask": tf.cast(padding_mask, tf.int32),
    }
    return arrays, cut


def mask_positions_in_graph(token_ids: Any, mask_id: int) -> Any:
    """Where the mask tokens are: int32 (B, S) to int32 (B, P), unused places 0, P at least 1."""
    import tensorflow as tf

    is_mask = token_ids == mask_id
    width = tf.maximum(1, tf.reduce_max(tf.reduce_sum(tf.cast(is_mask, tf.int32), axis=1)))
    length = tf.shape(token_ids)[1]
    # Mask places keep their column, all others get S, which sorts behind and then becomes 0.
    columns = tf.where(is_mask, tf.expand_dims(tf.range(length), 0), length)
    columns = tf.sort(columns, axis=1)[:, :width]
    return tf.where(columns == length, 0, columns)
