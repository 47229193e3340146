"""Weights and what describes them, under our names, wherever they come from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from keras_albert.convert.sentence_transformers import SentenceVectors
from keras_albert.errors import InputError


@dataclass(frozen=True)
class TokenizerFiles:
    """The tokenizer beside the weights.

    Attributes:
        kind: "sentencepiece", "wordpiece" or "tokenizer.json".
        path: the SentencePiece model, the `vocab.txt` or the `tokenizer.json`.
        options: what the source's configuration says of it, such as "do_lower_case".
    """

    kind: str
    path: Path
    options: Mapping[str, Any] = field(default_factory=dict)


class Weight(NamedTuple):
    """A weight that is read when it is wanted.

    Attributes:
        shape: ours.
        read: float32 of that shape.
    """

    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]


class Checkpoint:
    """A model of another implementation, or one of ours on its way there.

    Nothing but the configuration is in memory: `read` reads one weight at a time. Use it in a
    `with` statement, or call `close`, so that what an archive was unpacked to is removed.

    Args:
        source: "huggingface", "tf1", "keras-hub" or "keras".
        path: the folder, archive or file it was read from.
        backbone: `AlbertBackbone`'s constructor arguments.
        heads: the heads there are, each with its settings: "num_classes", "problem", "dropout".
        weights: by our names.
        labels: C label names, for heads that have them.
        tokenizer: the tokenizer's files, or None.
        warnings: what a reader should know, one line each.
        sentence_vectors: how vectors of texts are made, of a sentence-transformers folder.
    """

    def __init__(
        self,
        source: str,
        path: Path,
        backbone: Mapping[str, Any],
        heads: Mapping[str, Mapping[str, Any]],
        weights: Mapping[str, Weight],
        labels: list[str] | None = None,
        tokenizer: TokenizerFiles | None = None,
        warnings: Iterable[str] = (),
        sentence_vectors: SentenceVectors | None = None,
    ) -> None:
        self.source = source
        self.path = path
        self.backbone = dict(backbone)
        self.heads = {name: dict(settings) for name, settings in heads.items()}
        self.labels = labels
        self.tokenizer = tokenizer
        self.warnings = list(warnings)
        self.sentence_vectors = sentence_vectors
        self._weights = dict(weights)
        self._on_close: Callable[[], None] | None = None

    def __enter__(self) -> "Checkpoint":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def on_close(self, function: Callable[[], None]) -> None:
        """Sets what `close` calls, once."""
        self._on_close = function

    def close(self) -> None:
        """Removes what was unpacked; weights cannot be read afterwards."""
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()

    def names(self) -> list[str]:
        """Our names of the weights there are, such as "encoder/block_0_0/feed_forward_norm/beta".

        A head's begin with the head's name.
        """
        return list(self._weights)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a weight."""
        return self._weights[name].shape

    def read(self, name: str) -> np.ndarray:
        """Reads a weight.

        Args:
            name: one of `names()`.

        Returns:
            float32, in our layout.

        Raises:
            InputError: there is no such weight, or its values are damaged.
        """
        if name not in self._weights:
            raise InputError(f"{self.path} has no weight {name!r}.")
        return self._weights[name].read()

    def without_head(self, head: str) -> "Checkpoint":
        """The same without one of its heads.

        Raises:
            InputError: it has no such head.
        """
        if head not in self.heads:
            raise InputError(
                f"{self.path} has no head {head!r}; it has {', '.join(self.heads) or 'none'}."
            )
        rest = Checkpoint(
            self.source,
            self.path,
            self.backbone,
            {name: settings for name, settings in self.heads.items() if name != head},
            {k: w for k, w in self._weights.items() if not k.startswith(f"{head}/")},
            self.labels,
            self.tokenizer,
            self.warnings,
            self.sentence_vectors,
        )
        rest.on_close(self.close)
        return rest

    def parameters(self, part: str | None = None) -> int:
        """How many numbers the weights hold.

        Args:
            part: a head's name; by default the backbone's are counted.
        """
        names = [
            name
            for name in self._weights
            if (name.split("/")[0] == part if part else name.split("/")[0] not in self.heads)
        ]
        return sum(int(np.prod(self._weights[name].shape)) for name in names)
