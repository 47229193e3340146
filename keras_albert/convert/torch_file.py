"""Reading PyTorch's files, of today and of before torch 1.6, without torch and without code."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.convert.torch_pickle import PickledTensor, Storage, read_pickle
from keras_albert.errors import InputError

# What `torch.save` wrote first, as pickles, before torch 1.6 (`serialization._legacy_save`).
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_VERSION = 1001

# What zipfile and seeking raise on damaged files; zipfile asks for a password by RuntimeError.
_DAMAGES = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    struct.error,
)

# Reads numbers [first, first + count) of a storage.
_Reader = Callable[[Storage, int, int], np.ndarray]


def read_torch(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a state dictionary that `torch.save` wrote, unread.

    Raises:
        InputError: the file is damaged, or holds more than tensors by name.
    """
    try:
        if zipfile.is_zipfile(path):
            state, reader = _open_zip(path)
        else:
            state, reader = _open_legacy(path)
    except InputError:
        raise
    except _DAMAGES as error:
        raise _damaged(path, error) from error
    if not isinstance(state, dict) or not state:
        raise InputError(f"{path} holds no weights by name; expected a model's state_dict.")
    tensors = {}
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, PickledTensor):
            raise InputError(
                f"{path} holds {name!r}, which is not a tensor; expected a model's state_dict, not "
                "a training state. Save model.state_dict() alone."
            )
        tensors[name] = _stored(path, name, value, reader)
    return tensors


def _damaged(path: Path, reason: object) -> InputError:
    return InputError(f"{path} is not a PyTorch file, or a damaged one: {reason}. Fetch it again.")


def _item_type(dtype: str) -> np.dtype[Any]:
    return np.dtype("uint16" if dtype == "bfloat16" else dtype).newbyteorder("<")


def _stored(path: Path, name: str, tensor: PickledTensor, reader: _Reader) -> StoredTensor:
    shape, stride = tensor.shape, tensor.stride

    def load() -> np.ndarray:
        if 0 in shape:
            return np.zeros(shape, _item_type(tensor.storage.dtype))
        count = 1 + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
        values = reader(tensor.storage, tensor.storage.start + tensor.offset, count)
        steps = [step * values.itemsize for step in stride]
        # Inside the storage: `torch_pickle` has compared the last element with its size.
        return np.lib.stride_tricks.as_strided(values, shape, steps, writeable=False)

    return StoredTensor(name, shape, tensor.storage.dtype, path, load)


def _open_zip(path: Path) -> tuple[Any, _Reader]:
    """The format since torch 1.6: a zip archive, `data.pkl` and one member a storage."""
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        pickles = [name for name in members if name.split("/")[1:] == ["data.pkl"]]
        if len(pickles) != 1:
            raise _damaged(path, "no data.pkl in it")
        root = pickles[0].removesuffix("data.pkl")
        order = members.get(f"{root}byteorder")
        if order is not None and archive.read(order).strip() != b"little":
            raise InputError(f"{path} was saved on a big-endian machine; save it again on another.")
        for member in members.values():
            # torch stores as is; what is compressed here could grow without limit.
            if member.compress_type != zipfile.ZIP_STORED:
                raise _damaged(path, f"{member.filename} is compressed")
        with archive.open(pickles[0]) as file:
            state = read_pickle(file, str(path))

    def read(storage: Storage, first: int, count: int) -> np.ndarray:
        name = f"{root}data/{storage.key}"
        if name not in members:
            raise _damaged(path, f"{name} is missing")
        item = _item_type(storage.dtype)
        if members[name].file_size < (first + count) * item.itemsize:
            raise _damaged(path, f"{name} is too short")
        try:
            with zipfile.ZipFile(path) as archive, archive.open(members[name]) as file:
                data = file.read()
        except _DAMAGES as error:
            raise _damaged(path, error) from error
        return np.frombuffer(data, item, count, offset=first * item.itemsize)

    return state, read


def _open_legacy(path: Path) -> tuple[Any, _Reader]:
    """The format before torch 1.6: five pickles, then the storages one after the other."""
    where = str(path)
    with path.open("rb") as file:
        if file.read(1) != b"\x80":
            raise _damaged(path, "it begins like no such file")
        file.seek(0)
        if (read_pickle(file, where), read_pickle(file, where)) != (
            _LEGACY_MAGIC,
            _LEGACY_VERSION,
        ):
            raise _damaged(path, "it begins like no such file")
        system = read_pickle(file, where)
        if not isinstance(system, dict) or system.get("little_endian") is not True:
            raise InputError(f"{path} was saved on a big-endian machine; save it again on another.")
        state = read_pickle(file, where)
        keys = read_pickle(file, where)
        if not isinstance(keys, list):
            raise _damaged(path, "no list of storages")
        dtypes = {
            tensor.storage.key: tensor.storage.dtype
            for tensor in (state.values() if isinstance(state, dict) else ())
            if isinstance(tensor, PickledTensor)
        }
        size = path.stat().st_size
        places: dict[str, tuple[int, int]] = {}
        for key in keys:
            number = file.read(8)
            if len(number) < 8:
                raise _damaged(path, f"it ends before the storage {key}")
            count = int.from_bytes(number, "little", signed=True)
            if key not in dtypes:
                raise _damaged(path, f"the storage {key} belongs to no tensor")
            end = file.tell() + count * _item_type(dtypes[key]).itemsize
            if count < 0 or end > size:
                raise _damaged(path, f"it ends in the middle of the storage {key}")
            places[str(key)] = (file.tell(), count)
            file.seek(end)

    def read(storage: Storage, first: int, count: int) -> np.ndarray:
        if storage.key not in places or places[storage.key][1] < first + count:
            raise _damaged(path, f"the storage {storage.key} is missing or too short")
        item = _item_type(storage.dtype)
        place = places[storage.key][0] + first * item.itemsize
        return np.fromfile(path, item, count, offset=place)

    return state, read
