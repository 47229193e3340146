import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.export.web.npm_package import NpmPackage

pytestmark = pytest.mark.once


def _archive(path: Path, content: bytes) -> str:
    """A package of one file; its integrity, as npm's lock files have it."""
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("package/dist/a.js")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_files_come_out_of_the_pinned_archive_alone(tmp_path: Path) -> None:
    integrity = _archive(tmp_path / "a.tgz", b"alert(1)")
    package = NpmPackage("a", "1.0.0", integrity)
    package.extract(tmp_path / "a.tgz", {"dist/a.js": tmp_path / "deep" / "b.js"})
    assert (tmp_path / "deep" / "b.js").read_bytes() == b"alert(1)"
    with pytest.raises(InputError, match="dist/b.js"):
        package.extract(tmp_path / "a.tgz", {"dist/b.js": tmp_path / "c.js"})
    _archive(tmp_path / "a.tgz", b"alert(2)")
    with pytest.raises(InputError, match="checksum"):
        package.extract(tmp_path / "a.tgz", {"dist/a.js": tmp_path / "b.js"})
    with pytest.raises(InputError, match="cannot be read"):
        package.extract(tmp_path / "none.tgz", {})


def test_without_npm_the_archive_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"a 1\.0\.0"):
        NpmPackage("a", "1.0.0", "sha512-").archive(tmp_path)
