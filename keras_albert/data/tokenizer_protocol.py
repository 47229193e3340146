"""What this room needs to know of a tokenizer, and no more."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np


class TokenizerProtocol(Protocol):
    """The part of a tokenizer that instances are made with; `AlbertTokenizer` and
    `WordPieceTokenizer` have it.

    Attributes:
        fingerprint: a digest of the vocabulary; a token store remembers it.
        word_starts: bool `[V]`, whether a piece begins a word.
        special_token_ids: ids of the pieces that stand for no text.
        cls_token_id: the id of `[CLS]`.
        sep_token_id: the id of `[SEP]`.
        mask_token_id: the id of `[MASK]`.
        pad_token_id: the id of `<pad>`.
    """

    @property
    def fingerprint(self) -> str: ...

    @property
    def word_starts(self) -> np.ndarray: ...

    @property
    def special_token_ids(self) -> Sequence[int]: ...

    @property
    def cls_token_id(self) -> int: ...

    @property
    def sep_token_id(self) -> int: ...

    @property
    def mask_token_id(self) -> int: ...

    @property
    def pad_token_id(self) -> int: ...

    def vocabulary_size(self) -> int:
        """The number of pieces V."""
        ...

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of each text, int32, without special pieces."""
        ...

    def save(self, folder: str | Path) -> Any:
        """Writes the vocabulary into a folder."""
        ...

    @classmethod
    def load(cls, path: str | Path, **kwargs: Any) -> Self:
        """Reads what `save` wrote."""
        ...
