"""Reading the h5 files of KerasHub presets, one tensor at a time."""

from pathlib import Path

import h5py
import numpy as np

from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.errors import InputError

# What Keras 2.13 called the group, and what later versions still read.
_OLD_LAYERS = "_layer_checkpoint_dependencies"


def read_h5(path: Path) -> dict[str, StoredTensor]:
    """The datasets of a `.weights.h5` file by their paths, unread.

    Links out of the file and values kept in other files are not followed.

    Raises:
        InputError: the file is missing or damaged.
    """
    if not path.is_file():
        raise InputError(f"{path} does not exist; the preset is not complete.")
    tensors: dict[str, StoredTensor] = {}

    def visit(name: str, item: object) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        if item.external or item.is_virtual:
            raise InputError(f"{path}: {name} is kept in another file; expected it in this one.")
        dtype = str(item.attrs.get("dtype", item.dtype.name))
        raw = item.dtype.itemsize == 2 and item.dtype.kind in "Vu"
        if dtype != item.dtype.name and not (dtype == "bfloat16" and raw):
            dtype = item.dtype.name
        key = name.replace(_OLD_LAYERS, "layers")
        tensors[key] = StoredTensor(
            key, tuple(item.shape), dtype, path, lambda: _load(path, name, dtype)
        )

    try:
        with h5py.File(path, "r") as file:
            file.visititems(visit)
    except InputError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise _damaged(path, error) from error
    return tensors


def _damaged(path: Path, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:200]
    return InputError(f"{path} is not an h5 file, or a damaged one: {reason}. Fetch it again.")


def _load(path: Path, name: str, dtype: str) -> np.ndarray:
    try:
        with h5py.File(path, "r") as file:
            values = file[name][()]
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise _damaged(path, error) from error
    # Keras keeps bfloat16 as two raw bytes, marked by an attribute.
    return values.view(np.uint16) if dtype == "bfloat16" else values
