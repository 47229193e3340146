"""Files appear whole or not at all."""

import errno
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from keras_albert import files
from keras_albert.errors import InputError


def _failing(number: int) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def _left(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


class TestWriteAside:
    def test_appears_at_the_end_only(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "er" / "a.txt"
        with files.write_aside(path) as aside:
            aside.write_text("whole")
            assert not path.exists()
        assert path.read_text() == "whole"
        assert _left(path.parent) == {"a.txt"}
        assert path.stat().st_mode & 0o777 == 0o644

    def test_a_folder_is_not_written_over(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is a folder"), files.write_aside(tmp_path):
            raise AssertionError("nothing is written before it is known")

    def test_a_replaced_file_keeps_its_permissions(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.touch(mode=0o600)
        with files.write_aside(path) as aside:
            aside.write_text("new")
        assert path.stat().st_mode & 0o777 == 0o600

    def test_replaces_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")
        with files.write_aside(str(path)) as aside:
            aside.write_text("new")
            assert path.read_text() == "old"
        assert path.read_text() == "new"

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_an_interruption_leaves_the_old_file(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        path = tmp_path / "a.txt"
        path.write_text("old")
        with pytest.raises(error), files.write_aside(path) as aside:
            aside.write_text("ne")
            raise error
        assert path.read_text() == "old"
        assert _left(tmp_path) == {"a.txt"}

    @pytest.mark.parametrize("function", ["fsync", "replace"])
    def test_a_full_disk_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
    ) -> None:
        monkeypatch.setattr(os, function, _failing(errno.ENOSPC))
        path = tmp_path / "a.txt"
        with (
            pytest.raises(InputError, match=r"disk is full.*a\.txt.*Free some space"),
            files.write_aside(path) as aside,
        ):
            aside.write_text("x")
        assert _left(tmp_path) == set()

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.EPERM])
    def test_an_unwritable_folder_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        monkeypatch.setattr(os, "replace", _failing(number))
        with (
            pytest.raises(InputError, match="cannot be written.*another output"),
            files.write_aside(tmp_path / "a.txt") as aside,
        ):
            aside.write_text("x")
        assert _left(tmp_path) == set()

    def test_other_errors_pass_through(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "replace", _failing(errno.EIO))
        with pytest.raises(OSError) as caught, files.write_aside(tmp_path / "a") as aside:
            aside.write_text("x")
        assert caught.value.errno == errno.EIO
        assert _left(tmp_path) == set()

    def test_a_parent_that_is_a_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with (
            pytest.raises(InputError, match="is not a folder"),
            files.write_aside(tmp_path / "file" / "a.txt"),
        ):
            raise AssertionError("not reached")

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        """Writing through a link changes what it points to and keeps the link."""
        (tmp_path / "elsewhere").mkdir()
        target = tmp_path / "elsewhere" / "real.txt"
        target.write_text("old")
        link = tmp_path / "link.txt"
        link.symlink_to(target)
        with files.write_aside(link) as aside:
            aside.write_text("new")
        assert link.is_symlink()
        assert target.read_text() == "new"


class TestWriteDirectoryAside:
    def test_appears_at_the_end_only(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "run"
        with files.write_directory_aside(path) as aside:
            (aside / "inner").mkdir()
            (aside / "inner" / "a.txt").write_text("a")
            assert not path.exists()
        assert (path / "inner" / "a.txt").read_text() == "a"
        assert _left(path.parent) == {"run"}
        assert path.stat().st_mode & 0o777 == 0o755

    def test_an_empty_folder_is_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "run"
        path.mkdir()
        with files.write_directory_aside(path) as aside:
            (aside / "a").touch()
        assert _left(path) == {"a"}

    def test_an_occupied_folder_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "run"
        path.mkdir()
        (path / "old").touch()
        with (
            pytest.raises(InputError, match="already exists and is not empty"),
            files.write_directory_aside(path),
        ):
            raise AssertionError("not reached")
        assert _left(path) == {"old"}

    def test_replace_swaps_the_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "run"
        path.mkdir()
        (path / "old").touch()
        with files.write_directory_aside(path, replace=True) as aside:
            (aside / "new").touch()
            assert _left(path) == {"old"}
        assert _left(path) == {"new"}
        assert _left(tmp_path) == {"run"}

    def test_replace_swaps_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "run"
        path.write_text("a file")
        with files.write_directory_aside(path, replace=True) as aside:
            (aside / "new").touch()
        assert _left(path) == {"new"}
        assert _left(tmp_path) == {"run"}

    @pytest.mark.parametrize("replace", [False, True])
    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_an_interruption_leaves_nothing_new(
        self, tmp_path: Path, error: type[BaseException], replace: bool
    ) -> None:
        path = tmp_path / "run"
        if replace:
            path.mkdir()
            (path / "old").touch()
        with pytest.raises(error), files.write_directory_aside(path, replace=replace) as aside:
            (aside / "half").touch()
            raise error
        assert _left(tmp_path) == ({"run"} if replace else set())
        assert not replace or _left(path) == {"old"}

    def test_the_old_folder_returns_when_the_last_rename_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "run"
        path.mkdir()
        (path / "old").touch()
        rename = os.replace

        def fail_for_the_new_one(source: Any, destination: Any) -> None:
            if Path(destination) == path and (Path(source) / "new").exists():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rename(source, destination)

        monkeypatch.setattr(os, "replace", fail_for_the_new_one)
        with (
            pytest.raises(InputError, match="disk is full"),
            files.write_directory_aside(path, replace=True) as aside,
        ):
            (aside / "new").touch()
        assert _left(path) == {"old"}
        assert _left(tmp_path) == {"run"}

    def test_a_full_disk_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", _failing(errno.ENOSPC))
        with (
            pytest.raises(InputError, match="disk is full"),
            files.write_directory_aside(tmp_path / "run") as aside,
        ):
            (aside / "a").touch()
        assert _left(tmp_path) == set()

    def test_a_full_disk_while_writing_inside_is_named(self, tmp_path: Path) -> None:
        with (
            pytest.raises(InputError, match="disk is full"),
            files.write_directory_aside(tmp_path / "run"),
        ):
            raise OSError(errno.ENOSPC, "No space left on device")
        assert _left(tmp_path) == set()


class TestJson:
    def test_round_trip(self, tmp_path: Path) -> None:
        content = {"name": "Ångström 三国", "numbers": [1, 2.5, None, True]}
        files.write_json(tmp_path / "a.json", content)
        assert files.read_json(tmp_path / "a.json") == content
        assert "三国" in (tmp_path / "a.json").read_text("utf-8")

    def test_what_cannot_be_written_leaves_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError):
            files.write_json(tmp_path / "a.json", {"a": object()})
        assert _left(tmp_path) == set()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is not a JSON file"),
            (b'{"a": 1,\n "b" 2}', "line 2"),
            (b"\xff\xfe\x00", "is not a JSON file"),
            (b"[" * 100_000, "nested too deeply"),
            (b"9" * 5_000, "is not a JSON file"),
        ],
    )
    def test_bad_files_are_named(self, tmp_path: Path, content: bytes, message: str) -> None:
        path = tmp_path / "a.json"
        path.write_bytes(content)
        with pytest.raises(InputError, match=rf"a\.json.*{message}|{message}"):
            files.read_json(path)

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"none\.json does not exist"):
            files.read_json(tmp_path / "none.json")

    def test_a_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is a folder"):
            files.read_json(tmp_path)


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_sha256_of_any_length(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "file"
    path.write_bytes(content[:size])
    assert files.sha256(path) == hashlib.sha256(content[:size]).hexdigest()


def test_json_stays_readable_by_anyone(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", {"b": 1})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"b": 1}
    assert (tmp_path / "a.json").read_text().endswith("}\n")
