"""Archives, ordinary and hostile."""

import io
import shutil
import stat
import tarfile
import zipfile

import pytest

from keras_albert.errors import InputError
from keras_albert.fetching.archives import is_archive, unpack


def archive(path, *members):
    """Members: (name, content or None for a folder, type, link target)."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = target
            info.size = len(content or b"")
            tar.addfile(info, io.BytesIO(content or b""))
    return path


def file(name, content=b"text"):
    return name, content, tarfile.REGTYPE, ""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_files_and_folders_arrive(tmp_path, folder):
    path = archive(
        tmp_path / "a.tar.gz",
        ("albert", None, tarfile.DIRTYPE, ""),
        file("albert/a.txt", b"one"),
        file("./albert/deep/b.txt", b"two"),
    )
    assert is_archive(path)
    unpack(path, folder)
    assert (folder / "albert" / "a.txt").read_bytes() == b"one"
    assert (folder / "albert" / "deep" / "b.txt").read_bytes() == b"two"


@pytest.mark.parametrize(
    "member",
    [
        file("../evil.txt"),
        file("albert/../../evil.txt"),
        file("/tmp/evil.txt"),
        file("..\\evil.txt"),
        ("link", None, tarfile.SYMTYPE, "/etc/passwd"),
        ("link", None, tarfile.SYMTYPE, "inside"),
        ("link", None, tarfile.LNKTYPE, "a.txt"),
        ("pipe", None, tarfile.FIFOTYPE, ""),
        ("device", None, tarfile.CHRTYPE, ""),
    ],
    ids=lambda m: m[0],
)
def test_hostile_archives_write_nothing(tmp_path, folder, member):
    path = archive(tmp_path / "a.tar.gz", file("a.txt"), member)
    with pytest.raises(InputError, match="was not unpacked"):
        unpack(path, folder)
    assert list(folder.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar.gz", "out"]


def test_damaged_archives(tmp_path, folder):
    whole = archive(tmp_path / "a.tar.gz", file("a.txt", bytes(range(256)) * 400)).read_bytes()
    for length in (0, 5, 20, len(whole) // 2, len(whole) - 9):
        (tmp_path / "b.tar.gz").write_bytes(whole[:length])
        with pytest.raises(InputError, match="damaged"):
            unpack(tmp_path / "b.tar.gz", folder)
    (tmp_path / "b.tar.gz").write_bytes(b"not an archive at all" * 50)
    with pytest.raises(InputError, match="damaged"):
        unpack(tmp_path / "b.tar.gz", folder)


def test_a_file_twice(tmp_path, folder):
    path = archive(tmp_path / "a.tar.gz", file("a.txt"), file("a.txt", b"other"))
    with pytest.raises(InputError, match="damaged"):
        unpack(path, folder)


def zipped(path, *members):
    """Members: (name, content, mode of Unix or 0)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            packed.writestr(info, content)
    return path


def test_a_zip(tmp_path, folder):
    path = zipped(
        tmp_path / "a.zip",
        ("albert/", b"", stat.S_IFDIR | 0o755),
        ("albert/a.txt", b"one", stat.S_IFREG | 0o644),
        ("albert/deep/b.txt", b"two", 0),
    )
    assert is_archive(path)
    unpack(path, folder)
    assert (folder / "albert" / "a.txt").read_bytes() == b"one"
    assert (folder / "albert" / "deep" / "b.txt").read_bytes() == b"two"


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../evil.txt", 0),
        ("albert/../../evil.txt", 0),
        ("/tmp/evil.txt", 0),
        ("..\\evil.txt", 0),
        ("link", stat.S_IFLNK | 0o777),
        ("pipe", stat.S_IFIFO | 0o644),
    ],
)
def test_hostile_zips_write_nothing(tmp_path, folder, name, mode):
    path = zipped(tmp_path / "a.zip", ("a.txt", b"text", 0), (name, b"/etc/passwd", mode))
    with pytest.raises(InputError, match="was not unpacked"):
        unpack(path, folder)
    assert list(folder.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "out"]


def test_damaged_zips(tmp_path, folder):
    content = bytes(range(256)) * 400
    whole = bytearray(zipped(tmp_path / "a.zip", ("a.txt", content, 0)).read_bytes())
    for length in (0, 5, len(whole) // 2):
        (tmp_path / "b.zip").write_bytes(whole[:length])
        with pytest.raises(InputError, match="damaged"):
            unpack(tmp_path / "b.zip", folder)
    whole[60] ^= 255  # in the compressed text
    (tmp_path / "b.zip").write_bytes(whole)
    with pytest.raises(InputError, match="damaged"):
        unpack(tmp_path / "b.zip", folder)
    marked = bytearray((tmp_path / "a.zip").read_bytes())
    marked[marked.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(marked)
    with pytest.raises(InputError, match="encrypted"):
        unpack(tmp_path / "b.zip", folder)


def _zip(path, **changes):
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "text")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    for name, value in changes.items():
        place = {"method": directory + 10, "offset": content.index(b"PK\x05\x06") + 16}[name]
        content[place : place + len(value)] = value
    path.write_bytes(content)
    return path


def test_damaged_directories(tmp_path, folder):
    made = [
        _zip(tmp_path / "method.zip", method=b"\x0c\x00"),
        _zip(tmp_path / "offset.zip", offset=b"\xff\xff\xff\x7f"),
        archive(tmp_path / "name.tar.gz", file("a" * 300)),
        archive(tmp_path / "nul.tar.gz", file("a/" + "b" * 120 + "\0c")),
    ]
    (tmp_path / "xz.tar").write_bytes(b"\xfd7zXZ\0" + bytes(99))
    for path in (*made, tmp_path / "xz.tar"):
        with pytest.raises(InputError, match="damaged one"):
            unpack(path, folder)


def test_what_would_fill_the_disk_is_refused(tmp_path, folder, monkeypatch):
    path = archive(tmp_path / "a.tar.gz", file("a.txt", bytes(5000)))
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4999))
    with pytest.raises(InputError, match="unpacks to 5,000 bytes"):
        unpack(path, folder)
    assert not list(folder.iterdir())
