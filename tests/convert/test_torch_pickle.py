"""Reading a pickle runs nothing of it."""

import builtins
import io
import os
import pickle
import subprocess
from collections import OrderedDict

import pytest
import torch

from keras_albert.convert.torch_pickle import read_pickle
from keras_albert.errors import InputError


class Calls:
    """An object whose pickle calls a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class WithState:
    def __init__(self):
        self.secret = 1


MALICIOUS = {
    "system": lambda flag: Calls(os.system, f"touch {flag}"),
    "eval": lambda flag: Calls(builtins.eval, f"open({str(flag)!r}, 'w')"),
    "subprocess": lambda flag: Calls(subprocess.check_call, ["touch", str(flag)]),
    "getattr": lambda flag: Calls(getattr, "x", "upper"),
    "in a dict": lambda flag: OrderedDict(x=Calls(os.system, f"touch {flag}")),
    "state": lambda flag: WithState(),
    "torch.load": lambda flag: Calls(torch.load, str(flag)),
    "a class": lambda flag: os.PathLike,
}


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
@pytest.mark.parametrize("name", MALICIOUS)
def test_nothing_is_run(name, protocol, tmp_path):
    flag = tmp_path / "ran"
    data = pickle.dumps(MALICIOUS[name](flag), protocol=protocol)
    with pytest.raises(InputError, match="nothing of it was run"):
        read_pickle(io.BytesIO(data), "x.bin")
    assert not flag.exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
def test_plain_values_are_read(protocol):
    value = {"a": [1, 2.5, None, True], "b": (1, (2, 3), "text"), "c": {"d": -(2**40)}, "e": ()}
    data = pickle.dumps(value, protocol=protocol)
    file = io.BytesIO(data + b"behind")
    assert read_pickle(file, "x.bin") == value
    assert file.read() == b"behind"


def test_an_ordered_dict_with_attributes_is_a_dict():
    """As a state dictionary has `_metadata`."""
    value = OrderedDict(a=1)
    value._metadata = OrderedDict(version=1)
    assert read_pickle(io.BytesIO(pickle.dumps(value, protocol=2)), "x.bin") == {"a": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x02",
        b"\x80\x02}q\x00(X\x03",
        b"\x80\x02h\x05.",  # a memo that was never set
        b"\x80\x02t.",  # no mark
        b"\x80\x02R.",  # a call on an empty stack
        b"\x80\x02]K\x01s.",  # a list used as a dict
        b"\x80\x02}}K\x01s.",  # a dict for a key
        b"\x80\x02K\x01K\x02R.",
        b"garbage",
        b"\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\x7fx.",
    ],
)
def test_damaged_pickles(data):
    with pytest.raises(InputError, match=r"x\.bin"):
        read_pickle(io.BytesIO(data), "x.bin")


def test_every_cut_is_an_error():
    data = pickle.dumps({"a": [1, 2, 3], "b": "text" * 20}, protocol=2)
    for length in range(len(data)):
        with pytest.raises(InputError):
            read_pickle(io.BytesIO(data[:length]), "x.bin")


def nested(count, pickled_pair):
    """A value that holds the one before twice, `count` times: 2^count values in a few bytes."""
    pairs = b"".join(b"q" + bytes([n]) + pickled_pair(n) for n in range(count))
    return b"\x80\x02}K\x01" + pairs


@pytest.mark.parametrize("depth", [30, 60])
def test_values_in_values_are_bounded(depth):
    """To hash this key would take longer than anyone waits."""
    data = nested(depth, lambda n: b"h" + bytes([n]) + b"\x86") + b"K\x00s."
    with pytest.raises(InputError, match="values in values"):
        read_pickle(io.BytesIO(data), "x.bin")


def test_depth_is_bounded():
    """To hash this key would leave Python's stack, and so end the process."""
    with pytest.raises(InputError, match="values in values"):
        read_pickle(io.BytesIO(b"\x80\x02}K\x01" + b"\x85" * 500_000 + b"K\x00s."), "x.bin")


def test_a_large_memo_is_not_made():
    with pytest.raises(InputError, match="is remembered"):
        read_pickle(io.BytesIO(b"\x80\x02K\x01r\xff\xff\xff\x7f."), "x.bin")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"(icollections\nOrderedDict\n.", "INST"),
        (b"(ccollections\nOrderedDict\no.", "OBJ"),
        (b"ccollections\nOrderedDict\n)\x81.", "NEWOBJ"),
        (b"\x82\x01.", "EXT1"),
        (b"Pabc\n.", "PERSID"),
        (b"\x96\x01\x00\x00\x00\x00\x00\x00\x00a.", "BYTEARRAY8"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n(dK\x01K\x02sb.", "a state of its own"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n)R.", "unusual arguments"),
        (b"ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR.", "without a storage"),
        (b"ctorch\nFloatStorage\n)R.", "unusual arguments"),
        (b"ccollections\nOrderedDict\nK\x01\x85R.", "unusual arguments"),
        (b"K\x01Q.", "not a storage"),
    ],
)
def test_what_describes_no_tensor(data, message):
    with pytest.raises(InputError, match=message):
        read_pickle(io.BytesIO(data), "x.bin")


def test_a_state_changes_no_method():
    """BUILD on an OrderedDict, as for `_metadata`, cannot put a value in place of `items`."""
    data = b"ccollections\nOrderedDict\n)R(dX\x05\x00\x00\x00itemsK\x01sb."
    assert list(read_pickle(io.BytesIO(data), "x.bin").items()) == []
