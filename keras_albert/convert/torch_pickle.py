"""The pickle inside PyTorch's files, interpreted without running anything it names."""

import pickletools
import struct
from collections.abc import Callable
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


class _Name(NamedTuple):
    """A class or function that the pickle names. It is never looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class _Dict(dict[Any, Any]):
    """A dict or OrderedDict; the state that BUILD gives it (`_metadata`) is left."""


_ORDERED_DICT = _Name("collections", "OrderedDict")
_REBUILD_TENSOR = _Name("torch._utils", "_rebuild_tensor_v2")
_REBUILD_PARAMETER = _Name("torch._utils", "_rebuild_parameter")
_ALLOWED = {
    _ORDERED_DICT,
    _REBUILD_TENSOR,
    _REBUILD_PARAMETER,
    *(_Name("torch", name) for name in STORAGES),
}
_MARK = object()


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
    machine = _Machine(where)
    try:
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name == "STOP":
                return machine.stack.pop()
            machine.step(opcode.name, argument)
    except InputError:
        raise
    except (
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
    raise InputError(f"{where} is damaged: it ends in the middle. Fetch it again.")


class _Machine:
    """A stack machine for the opcodes that PyTorch's files need."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        if name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name in _LITERALS:
            self.stack.append(argument)
        elif name in ("PROTO", "FRAME"):
            pass
        elif name in _STEPS:
            _STEPS[name](self, argument)
        else:
            raise self.refused(f"the pickle operation {name}")

    def refused(self, what: str) -> InputError:
        return InputError(
            f"{self.where} holds {what}, which no file of plain weights does; nothing of it was "
            "run. Use a safetensors file, or ask where this one comes from."
        )

    # What single opcodes do

    def pop_to_mark(self) -> list[Any]:
        items = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def put(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    def memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get(self, index: int) -> None:
        self.stack.append(self.memo[index])

    def tuple_of(self, count: int) -> None:
        items = tuple(self.stack[-count:])
        if len(items) != count:
            raise ValueError("a tuple of more than there is")
        del self.stack[-count:]
        self.stack.append(items)

    def marked_tuple(self, _: Any) -> None:
        self.stack.append(tuple(self.pop_to_mark()))

    def marked_list(self, _: Any) -> None:
        self.stack.append(self.pop_to_mark())

    def marked_dict(self, _: Any) -> None:
        items = self.pop_to_mark()
        self.stack.append(_Dict(zip(items[::2], items[1::2], strict=True)))

    def append(self, _: Any) -> None:
        item = self.stack.pop()
        self.target(list).append(item)

    def appends(self, _: Any) -> None:
        items = self.pop_to_mark()
        self.target(list).extend(items)

    def set_item(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.target(dict)[key] = value

    def set_items(self, _: Any) -> None:
        items = self.pop_to_mark()
        self.target(dict).update(zip(items[::2], items[1::2], strict=True))

    def target(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise ValueError(f"a {type(self.stack[-1]).__name__} where a {kind.__name__} belongs")
        return self.stack[-1]

    def name(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self.push_name(module, name)

    def stack_name(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.push_name(module, name)

    def push_name(self, module: Any, name: Any) -> None:
        found = _Name(module, name)
        if found not in _ALLOWED:
            raise self.refused(f"a reference to {found}")
        self.stack.append(found)

    def reduce(self, _: Any) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(arguments, tuple) or not isinstance(function, _Name):
            raise ValueError("a call of what is no function")
        if function == _ORDERED_DICT and arguments in ((), ([],)):
            self.stack.append(_Dict())
        elif function == _ORDERED_DICT and len(arguments) == 1 and type(arguments[0]) is list:
            self.stack.append(_Dict(tuple(pair) for pair in arguments[0]))
        elif function == _REBUILD_TENSOR and len(arguments) >= 4:
            storage, offset, shape, stride = arguments[:4]
            self.stack.append(_tensor(storage, offset, shape, stride))
        elif function == _REBUILD_PARAMETER and isinstance(arguments[0], PickledTensor):
            self.stack.append(arguments[0])
        else:
            raise self.refused(f"a call of {function} with unusual arguments")

    def build(self, _: Any) -> None:
        self.stack.pop()
        if not isinstance(self.stack[-1], _Dict):
            raise self.refused("an object with a state of its own")

    def persistent_id(self, _: Any) -> None:
        identity = self.stack.pop()
        if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
            raise self.refused("a reference that is no storage")
        kind, key, _, count = identity[1:5]
        if not isinstance(kind, _Name) or kind.name not in STORAGES:
            raise self.refused(f"a storage of {kind}")
        view = identity[5] if len(identity) > 5 else None
        start = 0
        if view is not None:
            # The format before torch 1.6 keeps views of one storage apart: (key, start, count).
            _, start, count = view
        if not all(type(number) is int and number >= 0 for number in (count, start)):
            raise ValueError("a storage whose size is no number")
        self.stack.append(Storage(str(key), STORAGES[kind.name], count, start))


def _tensor(storage: Any, offset: Any, shape: Any, stride: Any) -> PickledTensor:
    if not isinstance(storage, Storage):
        raise ValueError("a tensor without a storage")
    numbers = (offset, *shape, *stride)
    if len(shape) != len(stride) or not all(type(n) is int and n >= 0 for n in numbers):
        raise ValueError("a tensor whose shape is none")
    if 0 not in shape:
        last = offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
        if last >= storage.size:
            raise ValueError("a tensor that reaches past its storage")
    return PickledTensor(storage, offset, tuple(shape), tuple(stride))


_CONSTANTS: dict[str, Callable[[], Any]] = {
    "MARK": lambda: _MARK,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": _Dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}
_LITERALS = {
    "INT",
    "BININT",
    "BININT1",
    "BININT2",
    "LONG",
    "LONG1",
    "LONG4",
    "FLOAT",
    "BINFLOAT",
    "STRING",
    "BINSTRING",
    "SHORT_BINSTRING",
    "UNICODE",
    "BINUNICODE",
    "SHORT_BINUNICODE",
}
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PUT": _Machine.put,
    "BINPUT": _Machine.put,
    "LONG_BINPUT": _Machine.put,
    "MEMOIZE": _Machine.memoize,
    "GET": _Machine.get,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "TUPLE": _Machine.marked_tuple,
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "LIST": _Machine.marked_list,
    "DICT": _Machine.marked_dict,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "GLOBAL": _Machine.name,
    "STACK_GLOBAL": _Machine.stack_name,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.persistent_id,
}
