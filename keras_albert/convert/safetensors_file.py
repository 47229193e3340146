"""Reading safetensors files, one tensor at a time."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.errors import InputError

# The format's names of types. Those NumPy lacks are read as integers of their width.
_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "F8_E4M3": "float8",
    "F8_E5M2": "float8",
}
# The reference implementation's limit; without one, a damaged length reads the whole file.
_LONGEST_HEADER = 100_000_000


def read_safetensors(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a file, unread. Only the header is in memory.

    Not through the safetensors package, which cannot give bfloat16 to NumPy.

    Raises:
        InputError: the file is damaged: cut short, or tensors lie outside it.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header_size = int.from_bytes(file.read(8), "little")
            if not 2 <= header_size <= min(_LONGEST_HEADER, size - 8):
                raise ValueError(f"its header would have {header_size} bytes of {size}")
            header = json.loads(file.read(header_size))
        start = 8 + header_size
        header.pop("__metadata__", None)
        tensors = {}
        for name, entry in header.items():
            tensors[name] = _tensor(path, name, entry, start, size)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path} is not a safetensors file, or a damaged one: {error}. Fetch it again."
        ) from error
    return tensors


def _tensor(path: Path, name: str, entry: Any, start: int, size: int) -> StoredTensor:
    dtype = _DTYPES[entry["dtype"]]
    shape = tuple(entry["shape"])
    begin, end = entry["data_offsets"]
    if not all(type(number) is int and number >= 0 for number in (*shape, begin, end)):
        raise ValueError(f"{name} has a shape or a place that is not a number")
    storage = {"bfloat16": "uint16", "float8": "uint8"}.get(dtype, dtype)
    count = math.prod(shape)
    if end - begin != count * np.dtype(storage).itemsize:
        raise ValueError(f"{name} has {end - begin} bytes, which is no {dtype} of shape {shape}")
    if start + end > size:
        raise ValueError(f"{name} ends after the file's {size} bytes")

    def load() -> np.ndarray:
        values = np.fromfile(path, np.dtype(storage), count, offset=start + begin)
        if len(values) != count:
            raise InputError(f"{path} was cut short while it was read.")
        return values.reshape(shape)

    return StoredTensor(name, shape, dtype, path, load)
