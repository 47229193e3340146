"""The pickle inside PyTorch's files, read without running anything it names."""

import io
import pickle
import pickletools
import struct
from typing import IO, Any, NamedTuple

from keras_albert.errors import InputError

# torch's names of storages, and NumPy's types (bfloat16, which NumPy lacks, by name).
STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}


class Storage(NamedTuple):
    """The memory of one or more tensors.

    Attributes:
        key: its name in the file.
        dtype: see `STORAGES`.
        size: how many numbers it holds.
        start: of these, where this view of it begins.
    """

    key: str
    dtype: str
    size: int
    start: int = 0


class PickledTensor(NamedTuple):
    """A tensor as the pickle describes it: a strided window on a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]


_ALLOWED = {
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    *(("torch", name) for name in STORAGES),
}
# What PyTorch's files need; and NEWOBJ, so that the class whose object it is to make is named.
# Others make objects in other ways, or take them from other programs.
_OPERATIONS = set(
    "PROTO FRAME STOP MARK NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT "
    "BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE SHORT_BINUNICODE EMPTY_DICT "
    "EMPTY_LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 LIST DICT APPEND APPENDS SETITEM SETITEMS "
    "PUT BINPUT LONG_BINPUT MEMOIZE GET BINGET LONG_BINGET GLOBAL STACK_GLOBAL REDUCE BUILD "
    "BINPERSID NEWOBJ".split()
)
_FILLING = ("APPEND", "APPENDS", "SETITEM", "SETITEMS", "BUILD")
# A few lines of a pickle can describe values that refer to others again and again: to hash one
# takes for ever, or more than Python's stack.
_MOST_VALUES = 1 << 24
_DEEPEST = 64
_MARK = (0, 0)


def read_pickle(file: IO[bytes], where: str) -> Any:
    """Reads one pickle, up to its STOP, as plain values.

    Args:
        file: stands at the pickle's first byte, and behind its last afterwards.
        where: what is read, for errors.

    Returns:
        Numbers, strings, tuples, lists, dicts and `PickledTensor`s.

    Raises:
        InputError: it is damaged, or does anything but describe tensors.
    """
    start = file.tell()
    try:
        _check_operations(file, where)
        length = file.tell() - start
        file.seek(start)
        return _Unpickler(file.read(length), where).load()
    except InputError:
        raise
    except (
        pickle.UnpicklingError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        EOFError,
        OverflowError,
        MemoryError,
        struct.error,
    ) as error:
        raise InputError(f"{where} is damaged: {error}. Fetch it again.") from error


class _Unpickler(pickle.Unpickler):
    """Python's own, whose names are only those of `_ALLOWED`, and whose calls are only ours."""

    def __init__(self, content: bytes, where: str) -> None:
        super().__init__(io.BytesIO(content))
        self.where = where

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise _refused(self.where, f"a reference to {module}.{name}")
        return _Named(module, name, self.where)

    def persistent_load(self, pid: Any) -> Storage:
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage":
            raise _refused(self.where, "a reference that is not a storage")
        kind, key, _, count = pid[1:5]
        if not isinstance(kind, _Named) or kind.name not in STORAGES or type(key) is not str:
            raise _refused(self.where, "a storage of another kind")
        start = 0
        if len(pid) > 5 and pid[5] is not None:
            # The format before torch 1.6 keeps views of one storage apart: (key, start, count).
            _, start, count = pid[5]
        if not all(type(number) is int and number >= 0 for number in (count, start)):
            raise ValueError("a storage whose size is not a number")
        return Storage(key, STORAGES[kind.name], count, start)


class _Named(NamedTuple):
    """A class or function that the pickle names. It is never looked up; a call builds our value."""

    module: str
    name: str
    where: str

    def __call__(self, *arguments: Any) -> Any:
        if self.name == "OrderedDict" and not arguments:
            return _Dict()
        if self.name == "OrderedDict" and len(arguments) == 1 and type(arguments[0]) is list:
            return _Dict(tuple(pair) for pair in arguments[0])
        if self.name == "_rebuild_tensor_v2" and len(arguments) >= 4:
            return _tensor(*arguments[:4])
        if self.name == "_rebuild_parameter" and isinstance(arguments[0], PickledTensor):
            return arguments[0]
        raise _refused(self.where, f"a call of {self.module}.{self.name} with unusual arguments")

    def __setstate__(self, state: Any) -> None:
        raise _refused(self.where, "an object with a state of its own")


class _Dict(dict[Any, Any]):
    """An OrderedDict; the state that BUILD gives it (`_metadata`) is left."""

    def __setstate__(self, state: Any) -> None:
        pass


def _check_operations(file: IO[bytes], where: str) -> None:
    """Goes through a pickle, up to its STOP, without making any of its values.

    On the stack stands for each value how many it holds, and how deep.
    """
    stack: list[tuple[int, int]] = []
    memo: dict[int, tuple[int, int]] = {}
    argument: Any
    for number, (opcode, argument, _) in enumerate(pickletools.genops(file)):
        name, before = opcode.name, opcode.stack_before
        if name not in _OPERATIONS:
            raise _refused(where, f"the pickle operation {name}")
        if name.endswith("PUT"):
            # Python makes room for as many values as the largest number says.
            if argument > number + 1000:
                raise ValueError(f"value {argument} is remembered, and there are {number}")
            memo[argument] = stack[-1]
            continue
        taken = []
        if pickletools.markobject in before:
            while (item := stack.pop()) is not _MARK:
                taken.append(item)
            before = before[: before.index(pickletools.markobject)]
        taken += [stack.pop() for _ in before]
        filled = taken.pop() if name in _FILLING else (1, 1)
        made = (
            filled[0] + sum(values for values, _ in taken),
            max(filled[1], *(1 + depth for _, depth in taken), 1),
        )
        if made[0] > _MOST_VALUES or made[1] > _DEEPEST:
            raise _refused(where, "values in values without end")
        if opcode.stack_after:
            stack.append(_MARK if name == "MARK" else memo[argument] if "GET" in name else made)
        if name == "MEMOIZE":
            stack[-1] = memo[len(memo)] = taken[0]


def _refused(where: str, what: str) -> InputError:
    return InputError(
        f"{where} holds {what}, which no file of plain weights does; nothing of it was "
        "run. Use a safetensors file, or ask where this one comes from."
    )


def _tensor(storage: Any, offset: Any, shape: Any, stride: Any) -> PickledTensor:
    if not isinstance(storage, Storage):
        raise ValueError("a tensor without a storage")
    numbers = (offset, *shape, *stride)
    if len(shape) != len(stride) or not all(type(n) is int and n >= 0 for n in numbers):
        raise ValueError("a tensor whose shape is not whole numbers")
    if 0 not in shape:
        last = offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
        if last >= storage.size:
            raise ValueError("a tensor that reaches past its storage")
    return PickledTensor(storage, offset, tuple(shape), tuple(stride))
