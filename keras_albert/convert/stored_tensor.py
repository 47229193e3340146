"""A tensor in a file: what it is, and how to read it when it is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_albert.errors import InputError

# What weights are kept in. Others (integers, float64, 8-bit floats) are no published ALBERT's.
FLOATS = ("float32", "float16", "bfloat16")


@dataclass(frozen=True)
class StoredTensor:
    """A tensor that has not been read yet.

    Attributes:
        name: its name in the file.
        shape: its shape there.
        dtype: NumPy's name of its type, or "bfloat16", which NumPy does not have.
        file: where it is.
        load: reads it as it is stored, bfloat16 as uint16.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    file: Path
    load: Callable[[], np.ndarray]

    def check_floats(self) -> None:
        """Checks the type.

        Raises:
            InputError: it holds no floating-point weights.
        """
        if self.dtype not in FLOATS:
            raise InputError(
                f"{self.file}: {self.name} is {self.dtype}; weights are {', '.join(FLOATS)}. "
                "Save the model in one of these."
            )

    def read(self) -> np.ndarray:
        """The tensor in float32, which holds every value of the shorter types exactly.

        Raises:
            InputError: the type is no weight's, or a value is NaN or infinite.
        """
        self.check_floats()
        values = to_float32(self.load(), self.dtype)
        # The extremes carry a NaN with them, and take no array of the tensor's size.
        if values.size and not np.isfinite([values.min(), values.max()]).all():
            raise InputError(
                f"{self.file}: {self.name} holds NaN or infinite values; training diverged or the "
                "file is damaged. Use another copy."
            )
        return values


def to_float32(values: np.ndarray, dtype: str) -> np.ndarray:
    """Widens to float32.

    >>> to_float32(np.array([0x3FC0], "uint16"), "bfloat16")
    array([1.5], dtype=float32)
    """
    if dtype == "bfloat16":
        # bfloat16 is the upper half of a float32.
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32, copy=False)
