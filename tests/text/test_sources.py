"""Files found, opened and refused."""

import gzip
import io
import random
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest

from keras_albert.errors import InputError
from keras_albert.text.sources import find_files, is_json_lines, read_lines


def write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    reader = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=reader))


def test_folders_globs_and_files_in_order_each_once(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    names = ["b.txt", "a.txt", "deep/c.jsonl.gz", "notes.pdf", ".d.txt", ".hidden/e.txt"]
    for name in names:
        (tmp_path / name).write_text("x")
    found = find_files([str(tmp_path / "b.txt"), str(tmp_path), "-", str(tmp_path / "*.txt")])
    expected = ["b.txt", "a.txt", "deep/c.jsonl.gz"]
    assert found == [str(tmp_path / name) for name in expected] + ["-"]
    assert find_files([str(tmp_path / "**" / "*.gz")]) == [str(tmp_path / "deep/c.jsonl.gz")]
    assert find_files([str(tmp_path / "notes.pdf")]) == [str(tmp_path / "notes.pdf")]


def test_a_name_with_glob_characters_is_found_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "part[1].txt", b"x")
    assert find_files([path]) == [path]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("corpsu.txt", "Did you mean 'corpus.txt'"),
        ("*.csv", "No file matches"),
        ("folder", "no text"),
    ],
)
def test_what_matches_nothing_is_named(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "corpus.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=message) as error:
        find_files([str(tmp_path / source)])
    assert source in str(error.value)


def test_no_source_is_an_error() -> None:
    with pytest.raises(InputError, match="No corpus"):
        find_files([])


def test_json_lines_are_known_by_name() -> None:
    assert all(map(is_json_lines, ["a.jsonl", "A.JSONL.GZ", "a.ndjson", "a.json"]))
    assert not any(map(is_json_lines, ["a.txt", "jsonl", "a.gz", "-"]))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_lines_ends_and_byte_order_mark(tmp_path: Path, pack: type[bytes]) -> None:
    content = "\ufeffone\r\ntwo\n\n  caf\u00e9\u2028x\nlast".encode()
    path = write(tmp_path / "any.name", pack(content))
    assert list(read_lines(path)) == ["one", "two", "", "  caf\u00e9\u2028x", "last"]


def test_standard_input_plain_and_gzipped(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"one\ntwo\n", gzip.compress(b"one\ntwo\n")):
        standard_input(monkeypatch, content)
        assert list(read_lines("-")) == ["one", "two"]


def refused(path: str, **options: int) -> str:
    with pytest.raises(InputError) as error:
        list(read_lines(path, **options))
    message = str(error.value)
    assert "\n" not in message
    assert path in message
    return message


def test_another_encoding_is_refused_with_its_place(tmp_path: Path) -> None:
    lines = "plain\ncaf\u00e9\n".encode("latin-1")
    message = refused(write(tmp_path / "latin.txt", lines))
    assert "byte 0xE9 at offset 9 (line 2)" in message
    assert lines[9] == 0xE9
    assert "iconv" in message
    marked = b"\xef\xbb\xbf" + lines
    assert f"offset {marked.index(0xE9)} " in refused(write(tmp_path / "marked.txt", marked))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_is_refused(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "wide.txt", "\ufeffSome text.\n".encode(encoding))
    assert "UTF-16" in refused(path)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    message = refused(write(tmp_path / "image.txt", b"\x89PNG\n\x1a\x00\x00IHDR"))
    assert "NUL byte at offset 6 (line 2)" in message
    noise = random.Random(0).randbytes(100_000)
    assert "binary" in (message := refused(write(tmp_path / "noise", noise))) or "UTF-8" in message


def test_a_50_mb_line_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    with path.open("wb") as file:
        file.write(b"first line\n")
        for _ in range(50):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    message = refused(str(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "line 2 is longer than 8388608 bytes" in message
    assert peak < 25 << 20


def test_the_limit_on_a_line_is_exact(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"x" * 10 + b"\n" + b"y" * 10)
    assert list(read_lines(path, max_line_bytes=10)) == ["x" * 10, "y" * 10]
    assert "line 1" in refused(path, max_line_bytes=9)


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b"line %d\n" % n for n in range(50_000)))
    path = write(tmp_path / "a.txt.gz", whole[: len(whole) // 2])
    assert "breaks off" in refused(path)


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(random.Random(0).randbytes(3000).hex().encode()))
    whole[len(whole) // 2] ^= 0xFF
    assert "damaged gzip" in refused(write(tmp_path / "a.txt.gz", bytes(whole)))


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(str(tmp_path / "gone.txt"))
    assert "cannot be read" in refused(str(tmp_path))
