"""A tokenizer of a few lines, so that these tests need no trained vocabulary.

A module of its own, since processes that tokenize import it by name.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

FIRST_WORD = 5


class StubTokenizer:
    """Words become one or two pieces by a hash; the first piece of a word has an even id."""

    cls_token_id, sep_token_id, mask_token_id, pad_token_id = 2, 3, 4, 0
    special_token_ids = (0, 1, 2, 3, 4)

    def __init__(self, size: int = 1000):
        self.size = size

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(str(self.size).encode()).hexdigest()

    @property
    def word_starts(self) -> np.ndarray:
        starts = np.arange(self.size) % 2 == 0
        starts[:FIRST_WORD] = True
        return starts

    def vocabulary_size(self) -> int:
        return self.size

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [
            np.array([i for word in text.split() for i in self._pieces(word)], np.int32)
            for text in texts
        ]

    def _pieces(self, word: str) -> list[int]:
        digest = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
        half = (self.size - FIRST_WORD - 1) // 2
        first = FIRST_WORD + 1 + 2 * (digest % half)
        return [first] if digest % 3 else [first, FIRST_WORD + 2 * (digest % half)]

    def save(self, folder: str | Path) -> None:
        (Path(folder) / "stub.json").write_text(json.dumps(self.size))

    @classmethod
    def load(cls, path: str | Path) -> "StubTokenizer":
        return cls(json.loads((Path(path) / "stub.json").read_text()))
