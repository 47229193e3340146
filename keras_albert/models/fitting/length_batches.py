"""LengthBatches: batches of rows of about the same length, so that little of a batch is padding."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

TOKEN_INPUTS = ("token_ids", "segment_ids", "padding_mask")
# Lengths are rounded up to a multiple of this: the vector units compute no less.
ROUNDING = 8
# PyTorch runs any length; the others make a program for each, which at least this many batches of
# it have to be worth.
MOST_LENGTHS = {"torch": 16, "jax": 4, "tensorflow": 4}
BATCHES_A_LENGTH = {"torch": 1, "jax": 8, "tensorflow": 8}

# What a program for one more length costs, and what a batch gains from it: estimates of a CPU's.
# A faster device gains less a batch, so that fewer lengths would do there.
COMPILATION_SECONDS = 10.0
OPERATIONS_A_SECOND = 1e11
SAVED_SHARE = 0.3


class LengthBatches(keras.utils.PyDataset):
    """Batches of N rows, each cut to one of a few lengths that its rows fit in.

    Rows are put in buckets by length. With a seed, every epoch shuffles each bucket and then the
    batches; what is left of a bucket goes into the next longer one, so that all batches but one
    are full and an epoch has as many as without buckets. Without a seed, rows come from the
    shortest to the longest, in `order`.

    Args:
        x: the model's inputs by name, (N, ..., S) for those in `token_inputs`, (N, ...) for others.
        y: labels: an array (N, ...), a dict of such, or None.
        sample_weight: as `y`.
        batch_size: rows a batch.
        seed: of the shuffling, or None for none.
        drop_remainder: leave out the batch that is not full.
        token_inputs: the inputs with tokens along their last axis.
        labels_along_tokens: whether labels and weights are (N, S).
        lengths: the lengths to cut to, ascending; by default `chosen_lengths`.
        epochs: how often all rows will be read.
        operations: floating-point operations a token, see `operations_a_token`.
    """

    def __init__(
        self,
        x: dict[str, np.ndarray],
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int,
        seed: int | None = None,
        drop_remainder: bool = False,
        token_inputs: Sequence[str] = TOKEN_INPUTS,
        labels_along_tokens: bool = False,
        lengths: Sequence[int] | None = None,
        epochs: int = 1,
        operations: float | None = None,
    ) -> None:
        super().__init__()
        self._x, self._y, self._sample_weight = x, y, sample_weight
        self._batch_size = batch_size
        self._seed = seed
        self._drop_remainder = drop_remainder
        self._token_inputs = tuple(name for name in token_inputs if name in x)
        self._labels_along_tokens = labels_along_tokens
        self._row_lengths = row_lengths(x["padding_mask"])
        if lengths is None:
            longest = x["token_ids"].shape[-1]
            lengths = chosen_lengths(self._row_lengths, batch_size, longest, epochs, operations)
        self.lengths = list(lengths)
        self._epoch = 0
        self._batches = self._arranged()

    @property
    def num_batches(self) -> int:
        """Batches an epoch."""
        return len(self._batches)

    @property
    def order(self) -> np.ndarray:
        """(N,), the rows in the order this epoch's batches have them."""
        return np.concatenate([rows for rows, _ in self._batches])

    def runs(self) -> list[tuple[int, int, int]]:
        """(start, end, length) of the stretches of `order` that are cut to one length."""
        runs: list[tuple[int, int, int]] = []
        start = 0
        for rows, length in self._batches:
            end = start + len(rows)
            if runs and runs[-1][2] == length:
                runs[-1] = (runs[-1][0], end, length)
            else:
                runs.append((start, end, length))
            start = end
        return runs

    def __getitem__(self, index: int) -> Any:
        rows, length = self._batches[index]
        x = {
            name: value[rows][..., :length] if name in self._token_inputs else value[rows]
            for name, value in self._x.items()
        }

        def labels(value: Any) -> Any:
            if value is None:
                return None
            return value[rows][..., :length] if self._labels_along_tokens else value[rows]

        y = keras.tree.map_structure(labels, self._y)
        sample_weight = keras.tree.map_structure(labels, self._sample_weight)
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def on_epoch_end(self) -> None:
        """Shuffles for the next epoch."""
        self.set_epoch(self._epoch + 1)

    def set_epoch(self, epoch: int) -> None:
        """Goes to an epoch, counted from 0; its order depends on nothing but it and the seed."""
        self._epoch = epoch
        if self._seed is not None:
            self._batches = self._arranged()

    def for_keras(self) -> Any:
        """What `fit` and `evaluate` read: this, or on TensorFlow a dataset of changing shapes.

        Keras takes a dataset's shapes from its first two batches, and TensorFlow then refuses
        another length in the third.
        """
        if keras.config.backend() != "tensorflow":
            return self
        import tensorflow as tf

        def specification(value: np.ndarray, along_tokens: bool) -> Any:
            # What lies along tokens changes its length; all else keeps its shape.
            shape = [None] * value.ndim if along_tokens else [None, *value.shape[1:]]
            return tf.TensorSpec(shape, value.dtype)

        x, *labels = keras.utils.unpack_x_y_sample_weight(self[0])
        inputs = {n: specification(v, n in self._token_inputs) for n, v in x.items()}
        others = keras.tree.map_structure(
            lambda v: v if v is None else specification(v, self._labels_along_tokens), labels
        )

        def epoch() -> Iterator[Any]:
            for index in range(self.num_batches):
                yield self[index]
            self.on_epoch_end()

        dataset = tf.data.Dataset.from_generator(
            epoch, output_signature=keras.utils.pack_x_y_sample_weight(inputs, *others)
        )
        number = tf.data.experimental.assert_cardinality(self.num_batches)
        return dataset.apply(number).prefetch(2)

    def _arranged(self) -> list[tuple[np.ndarray, int]]:
        """The rows and the length of each batch."""
        size, batches = self._batch_size, []
        if self._seed is None:
            order = np.argsort(self._row_lengths, kind="stable")
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                batches.append((rows, self._length_for(self._row_lengths[rows].max())))
        else:
            generator = np.random.default_rng([self._seed, self._epoch])
            bucket = np.searchsorted(self.lengths, self._row_lengths)
            left = np.zeros(0, np.int64)
            for number, length in enumerate(self.lengths):
                rows = np.concatenate([left, np.flatnonzero(bucket == number)])
                rows = generator.permutation(rows)
                full = len(rows) // size * size
                batches += [(part, length) for part in rows[:full].reshape(-1, size)]
                left = rows[full:]
            if len(left):
                batches.append((left, self.lengths[-1]))
            batches = [batches[i] for i in generator.permutation(len(batches))]
        if self._drop_remainder and len(batches) > 1:
            batches = [batch for batch in batches if len(batch[0]) == size]
        return batches

    def _length_for(self, length: int) -> int:
        return self.lengths[int(np.searchsorted(self.lengths, length))]


def operations_a_token(backbone: Any, training: bool = False) -> float:
    """Floating-point operations of a network's products for one token, attention left out.

    Args:
        backbone: an `AlbertBackbone`.
        training: with the backward pass, twice the forward one.
    """
    kernels = 4 * backbone.hidden_dim**2 + 2 * backbone.hidden_dim * backbone.intermediate_dim
    layers = backbone.num_layers * backbone.num_inner_repetitions
    return 2.0 * kernels * layers * (3 if training else 1)


def row_lengths(padding_mask: np.ndarray) -> np.ndarray:
    """The tokens each row reaches to.

    Args:
        padding_mask: (N, S), or (N, C, S) for choices, of which the longest counts.

    Returns:
        (N,), at least 1.
    """
    reach = np.where(np.asarray(padding_mask) != 0, np.arange(1, padding_mask.shape[-1] + 1), 1)
    return reach.reshape(len(reach), -1).max(axis=1, initial=1)


def chosen_lengths(
    lengths: np.ndarray,
    batch_size: int,
    longest: int,
    epochs: int = 1,
    operations: float | None = None,
) -> list[int]:
    """The few lengths to cut to that leave the least padding.

    Args:
        lengths: (N,), the tokens of each row.
        batch_size: rows a batch.
        longest: S, which no length is above.
        epochs: how often all rows will be read.
        operations: floating-point operations a token: a small network is not worth many programs.

    Returns:
        Ascending multiples of 8 (or S), at most 4, on PyTorch 16, and no more than batches make
        worth it; the last one is enough for every row.

    >>> chosen_lengths(np.array([5] * 400 + [60] * 80), 8, 512)[-1]
    64
    """
    rounded = np.minimum(-(-np.asarray(lengths) // ROUNDING) * ROUNDING, longest)
    candidates, counts = np.unique(rounded, return_counts=True)
    batches = -(-len(rounded) // batch_size) * epochs
    backend = keras.config.backend()
    a_length = BATCHES_A_LENGTH.get(backend, 8)
    if operations is not None and a_length > 1:
        gain = SAVED_SHARE * operations * batch_size * int(rounded.max()) / OPERATIONS_A_SECOND
        a_length = max(a_length, round(COMPILATION_SECONDS / gain))
    most = max(1, min(MOST_LENGTHS.get(backend, 4), batches // a_length, len(candidates)))
    # The least sum of padded tokens when the first i candidates are served by k lengths.
    below = np.concatenate([[0], np.cumsum(counts)])
    cost = candidates * below[1:]
    choices: list[np.ndarray] = []
    for _ in range(most - 1):
        # served[j, i]: the lengths so far serve up to candidate j, one more those up to i.
        served = cost[:, np.newaxis] + candidates * (below[1:] - below[1:, np.newaxis])
        served[np.tril_indices(len(candidates))] = np.iinfo(np.int64).max
        served = np.concatenate([served, (candidates * below[1:])[np.newaxis]])
        choices.append(served.argmin(axis=0))
        cost = served.min(axis=0)
    chosen, last = [], len(candidates) - 1
    for choice in reversed([*choices]):
        chosen.append(int(candidates[last]))
        last = int(choice[last])
        if last == len(candidates):  # no further length needed
            return chosen[::-1]
    return [int(candidates[last]), *chosen[::-1]]
