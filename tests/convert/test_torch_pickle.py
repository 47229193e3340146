"""The pickle interpreter runs nothing."""

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
