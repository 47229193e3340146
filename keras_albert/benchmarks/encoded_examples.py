"""Examples as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Encoded:
    """What a model reads of some examples: N rows, padded to S tokens.

    Attributes:
        x: the model's inputs by name, (N, ...); tokens lie along the last axis.
        y: labels as the model's loss wants them, (N, ...), or None where there are none.
        sample_weight: (N, ...) or None.
        example_of_row: (N,), the example each row is of; several for windows of a long passage.
        notes: what `FinetuneTask.decode` needs beside the outputs, such as character offsets.
    """

    x: dict[str, np.ndarray]
    y: Any
    sample_weight: Any
    example_of_row: np.ndarray
    notes: Any = None

    def __len__(self) -> int:
        return len(self.example_of_row)
