"""Files that `torch.save` wrote, in both formats, whole, damaged and malicious."""

import io
import pickle
import random
import zipfile

import numpy as np
import pytest
import torch

from keras_albert.convert.torch_file import read_torch
from keras_albert.errors import InputError


def state():
    torch.manual_seed(0)
    base = torch.randn(6, 8)
    return {
        "matrix": torch.randn(3, 4),
        "shared": base,
        "view": base[2:5, 1:4],
        "transposed": base.T,
        "half": torch.randn(5).half(),
        "brain": torch.randn(2, 3).bfloat16(),
        "scalar": torch.tensor(1.5),
        "empty": torch.zeros(0, 2),
        "parameter": torch.nn.Parameter(torch.randn(4)),
        "ids": torch.arange(3),
    }


@pytest.fixture(params=["zip", "legacy"])
def file(request, tmp_path):
    path = tmp_path / "pytorch_model.bin"
    torch.save(state(), path, _use_new_zipfile_serialization=request.param == "zip")
    return path


def test_tensors_are_those_written(file):
    found, expected = read_torch(file), state()
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        assert found[name].shape == tuple(tensor.shape)
        if name == "ids":
            assert found[name].dtype == "int64"
            continue
        np.testing.assert_array_equal(found[name].read(), tensor.detach().float().numpy())


def test_a_module_s_state_dictionary(tmp_path):
    module = torch.nn.Linear(3, 2)
    torch.save(module.state_dict(), tmp_path / "x.bin")
    found = read_torch(tmp_path / "x.bin")
    np.testing.assert_array_equal(found["weight"].read(), module.weight.detach().numpy())


def read_all(path):
    for tensor in read_torch(path).values():
        tensor.load()


def test_a_cut_file_is_an_error_wherever_it_is_cut(file):
    whole = file.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 97)):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError):
            read_all(file)


def test_a_file_cut_before_its_last_empty_storage_is_an_error(tmp_path):
    file = tmp_path / "x.bin"
    torch.save({"empty": torch.zeros(0, 2)}, file, _use_new_zipfile_serialization=False)
    assert read_torch(file)["empty"].read().shape == (0, 2)
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(InputError, match="ends before the storage"):
        read_all(file)


def test_flipped_bytes_give_an_error_or_other_values(file):
    whole = file.read_bytes()
    draw = random.Random(1)
    for _ in range(300):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] = draw.randrange(256)
        file.write_bytes(changed)
        try:
            read_all(file)
        except InputError:
            pass


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "no weights by name"),
        ([torch.zeros(2)], "no weights by name"),
        ({"model": {"weight": torch.zeros(2)}}, "'model', which is not a tensor"),
        ({"weight": torch.zeros(2), "epoch": 3}, "'epoch', which is not a tensor"),
    ],
)
def test_what_is_no_state_dictionary(tmp_path, content, message):
    torch.save(content, tmp_path / "x.bin")
    with pytest.raises(InputError, match=message):
        read_torch(tmp_path / "x.bin")


def test_a_whole_module_is_refused(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "x.bin")
    with pytest.raises(InputError, match="torch.nn.modules.linear.Linear"):
        read_torch(tmp_path / "x.bin")


class Calls:
    def __init__(self, flag):
        self.flag = flag

    def __reduce__(self):
        return (open, (str(self.flag), "w"))


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_file_is_not_run(tmp_path, zipped):
    torch.save(
        {"weight": Calls(tmp_path / "ran")},
        tmp_path / "x.bin",
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(InputError, match=r"io\.open.*nothing of it was run"):
        read_torch(tmp_path / "x.bin")
    assert not (tmp_path / "ran").exists()


def rewritten(path, change):
    """The zip file with its members changed by `change(name, data) -> (name, data)`."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            archive.writestr(*change(name, data))
    path.write_bytes(buffer.getvalue())


@pytest.fixture
def zipped(tmp_path):
    path = tmp_path / "pytorch_model.bin"
    torch.save({"weight": torch.randn(64)}, path)
    return path


def test_a_storage_that_is_short_or_missing(zipped):
    whole = zipped.read_bytes()
    rewritten(zipped, lambda n, d: (n, d[:100] if "/data/" in n else d))
    with pytest.raises(InputError, match="too short"):
        read_all(zipped)
    zipped.write_bytes(whole)
    rewritten(zipped, lambda n, d: (n.replace("/data/", "/other/"), d))
    with pytest.raises(InputError, match="missing"):
        read_all(zipped)


def test_members_with_paths_out_of_the_archive_are_not_extracted(zipped, tmp_path):
    rewritten(zipped, lambda n, d: (n, d) if "byteorder" not in n else ("../../evil.txt", b"evil"))
    before = sorted(tmp_path.parent.rglob("*"))
    read_all(zipped)
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_tensor_past_its_storage_is_refused(zipped):
    def grow(name, data):
        if name.endswith("data.pkl"):
            # The shape (64,) is pickled as K@ (BININT1 64) and a tuple of one.
            assert data.count(b"K@\x85") == 1
            data = data.replace(b"K@\x85", b"K\xff\x85")
        return name, data

    rewritten(zipped, grow)
    with pytest.raises(InputError, match="reaches past its storage"):
        read_torch(zipped)


def test_a_pickle_alone_is_no_such_file(tmp_path):
    (tmp_path / "x.bin").write_bytes(pickle.dumps({"weight": [1.0]}, protocol=2))
    with pytest.raises(InputError):
        read_torch(tmp_path / "x.bin")
