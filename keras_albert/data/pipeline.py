"""Token store -> batches: seeded, sharded over hosts, resumable, masked afresh each epoch."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import grain
import numpy as np

from keras_albert.data.instances import InstanceMaker, InstanceOptions
from keras_albert.data.masking import MaskingOptions
from keras_albert.data.token_store import TokenStore
from keras_albert.data.tokenizer_protocol import TokenizerProtocol
from keras_albert.errors import InputError

Arrays = dict[str, np.ndarray]
Batch = tuple[Arrays, Arrays, Arrays]


class PretrainingData:
    """Endless batches of masked, labelled sentence pairs.

    Batch k is a function of the store, the settings and k: it can be made without the batches
    before it, and is the same on every machine and backend. The instances of each epoch come in
    a new order, cut and masked anew.

    B is `batch_size`, S `sequence_length`, P `max_predictions`. A batch is
    `(x, y, sample_weight)`:

        x = {"token_ids": int32 [B, S], "segment_ids": int32 [B, S],
             "padding_mask": int32 [B, S] (1 = a token, 0 = padding),
             "mask_positions": int32 [B, P] (0 where there is none)}
        y = {"masked_tokens": int32 [B, P], "sentence_order": int32 [B]}
        sample_weight = {"masked_tokens": float32 [B, P] (1 = a prediction, 0 = none),
                         "sentence_order": float32 [B]}

    `sentence_order` is 0 for segments in order and 1 for swapped ones; with
    `sentence_task="next_sentence"` 1 stands for a second segment from another document.

    Args:
        store: the documents.
        tokenizer: the one they were made with (an `AlbertTokenizer`, or a
            `WordPieceTokenizer`).
        sequence_length: see `InstanceOptions`, as `max_predictions`, `seed`, `masking`, `mode`,
            `sentence_task`, `short_seq_prob` and `dupe_factor`.
        batch_size: instances a batch, on this host.
        shard_index: this host's number, from 0.
        shard_count: the number of hosts. Batch k of all hosts together is batch k of one host
            with a batch `shard_count` times as large. What does not fill such a batch is left
            out of its epoch; which instances these are changes with the epoch.
        num_threads: threads that make batches ahead of time; 0 makes each when it is asked for.

    Raises:
        InputError: a setting is out of range, the tokenizer is another one, or the store holds
            too few pairs for one batch.

    Example:
        data = PretrainingData(TokenStore("store"), tokenizer, sequence_length=128,
                               batch_size=32, max_predictions=20, seed=0)
        iterator = iter(data)
        x, y, sample_weight = next(iterator)
        state = iterator.get_state()      # JSON; set_state() goes on after this batch
    """

    def __init__(
        self,
        store: TokenStore,
        tokenizer: TokenizerProtocol,
        *,
        sequence_length: int,
        batch_size: int,
        max_predictions: int,
        seed: int,
        masking: MaskingOptions | None = None,
        mode: str = "strict",
        sentence_task: str = "sentence_order",
        short_seq_prob: float = 0.1,
        dupe_factor: int = 40,
        shard_index: int = 0,
        shard_count: int = 1,
        num_threads: int = 0,
    ) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size is {batch_size}; it must be 1 or more.")
        if not 0 <= shard_index < shard_count:
            raise InputError(
                f"shard_index is {shard_index} with {shard_count} shards; it must be from 0 to "
                f"{shard_count - 1}."
            )
        self.options = InstanceOptions(
            sequence_length=sequence_length,
            max_predictions=max_predictions,
            seed=seed,
            masking=masking or MaskingOptions(mode=mode),
            mode=mode,
            sentence_task=sentence_task,
            short_seq_prob=short_seq_prob,
            dupe_factor=dupe_factor,
        )
        self.batch_size = batch_size
        self.shard_index = shard_index
        self.shard_count = shard_count
        self._num_threads = num_threads
        self._maker = InstanceMaker(store, tokenizer, self.options)
        self._num_batches = len(self._maker) // (batch_size * shard_count)
        if not self._num_batches:
            raise InputError(
                f"{store.directory} gives {len(self._maker)} pairs an epoch at sequence_length "
                f"{sequence_length}, fewer than one batch of {batch_size} on {shard_count} "
                "host(s). Lower batch_size or sequence_length, or give more text."
            )
        manifest = store.manifest
        self._settings = _digest(
            {
                "options": dataclasses.asdict(self.options),
                "batch_size": batch_size,
                "shards": [shard_index, shard_count],
                "tokenizer": manifest["tokenizer_fingerprint"],
                "store": [entry["sha256"] for entry in manifest["shards"]],
            }
        )
        self._batches = self._build()

    def __len__(self) -> int:
        """Batches an epoch on this host."""
        return self._num_batches

    @property
    def num_instances(self) -> int:
        """Instances an epoch, all hosts together, those left out for want of a batch included."""
        return len(self._maker)

    def __getitem__(self, index: int) -> Batch:
        """Batch `index`, from 0 and beyond the end of the first epoch."""
        if index < 0:
            raise IndexError(f"batch {index}")
        return self._batches[index]

    def __iter__(self) -> "PretrainingIterator":
        """Endless batches from the first on."""
        return PretrainingIterator(self._batches, self._settings, self._num_threads)

    def state_at(self, batch: int) -> dict[str, Any]:
        """The state of an iterator that gives batch number `batch` next.

        For a caller that counts steps itself: `fit` asks an iterator for batches ahead of the
        step it is at, so the iterator's own state may be ahead too.
        """
        return {"grain": {"next_index": int(batch)}, "settings": self._settings}

    def evaluation_batches(self) -> Iterator[Batch]:
        """One pass over all instances of this host's share, in order, with fixed masks.

        The masks come from a stream that training does not draw from, and are the same at each
        call. The last batch is filled up with instances of weight 0, so that every batch has one
        shape: metrics must use `sample_weight`.
        """
        share = range(self.shard_index, len(self._maker), self.shard_count)
        for first in range(0, len(share), self.batch_size):
            rows = [
                self._maker.make(0, index, evaluation=True)
                for index in share[first : first + self.batch_size]
            ]
            if missing := self.batch_size - len(rows):
                x, y, weights = rows[-1]
                blank = {name: np.zeros_like(weight) for name, weight in weights.items()}
                rows += [(x, y, blank)] * missing
            yield _stack(rows)

    def masking_statistics(self, num_batches: int | None = None) -> dict[str, float]:
        """Counts what is masked in real instances, from batch 0 on.

        Args:
            num_batches: how many batches to make; an epoch when `None`.

        Returns:
            `instances`, `tokens` (specials counted, padding not), `predictions`,
            `predictions_per_instance`, `masked_share` (predictions of all tokens),
            `padding_share` (padding of all positions) and `label_share` (instances of label 1).
        """
        counts = np.zeros(4, np.int64)
        for index in range(len(self) if num_batches is None else num_batches):
            x, y, weights = self[index]
            counts += [
                len(x["token_ids"]),
                x["padding_mask"].sum(),
                int(weights["masked_tokens"].sum()),
                y["sentence_order"].sum(),
            ]
        instances, tokens, predictions, ones = (int(count) for count in counts)
        positions = instances * self.options.sequence_length
        return {
            "instances": instances,
            "tokens": tokens,
            "predictions": predictions,
            "predictions_per_instance": predictions / max(instances, 1),
            "masked_share": predictions / max(tokens, 1),
            "padding_share": 1 - tokens / max(positions, 1),
            "label_share": ones / max(instances, 1),
        }

    def _build(self) -> grain.MapDataset:
        seed = int(np.random.SeedSequence(self.options.seed).generate_state(1)[0])
        size = len(self._maker)
        used = self._num_batches * self.batch_size * self.shard_count
        # Grain numbers the instances of later epochs on from the first. The range below it wraps
        # around, so the number is taken where it is still whole.
        dataset = grain.MapDataset.range(size).map_with_index(lambda index, _: index)
        # Grain shuffles each epoch with a seed of its own.
        dataset = dataset.shuffle(seed=seed)[:used][self.shard_index :: self.shard_count]
        dataset = dataset.repeat().map(lambda index: self._maker.make(*divmod(index, size)))
        return dataset.batch(self.batch_size, drop_remainder=True, batch_fn=_stack)


class PretrainingIterator:
    """Batches one after the other, with a state that can be kept and taken up again."""

    def __init__(self, batches: grain.MapDataset, settings: str, num_threads: int) -> None:
        options = grain.ReadOptions(num_threads=num_threads, prefetch_buffer_size=2 * num_threads)
        self._iterator = iter(batches.to_iter_dataset(options))
        self._settings = settings

    def __iter__(self) -> "PretrainingIterator":
        return self

    def __next__(self) -> Batch:
        """The next batch; there is always one."""
        return next(self._iterator)

    def get_state(self) -> dict[str, Any]:
        """Where the iterator is, as JSON-able values."""
        return {"grain": self._iterator.get_state(), "settings": self._settings}

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes on where `get_state` was called, on data of the same settings.

        Raises:
            InputError: the state comes from another store or from other settings.
        """
        if state.get("settings") != self._settings:
            raise InputError(
                "The saved data state belongs to another token store or to other data settings "
                "(sequence length, batch size, masking, seed, hosts). Go on with the settings the "
                "run was started with, or start a new run."
            )
        self._iterator.set_state(state["grain"])


def _stack(rows: list[Batch]) -> Batch:
    """Instances -> a batch."""
    return tuple(  # type: ignore[return-value]
        {name: np.stack([row[part][name] for row in rows]) for name in rows[0][part]}
        for part in range(3)
    )


def _digest(settings: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
