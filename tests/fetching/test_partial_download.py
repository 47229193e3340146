"""One attempt, and going on with what has come."""

import urllib.error

import pytest

from keras_albert.fetching.partial_download import PartialDownload, Refused
from tests.file_server import serving

CONTENT = bytes(range(256)) * 3000


@pytest.fixture
def server():
    with serving(CONTENT) as server:
        yield server


def broken_off(server, path, after=100_000):
    """A part of `after` bytes."""
    part = PartialDownload(server.address(), path)
    server.break_after = [after]
    with pytest.raises(ConnectionError, match=f"broke off after {after:,} of 768,000"):
        part.go_on(None, None, 5)
    assert part.size() == after
    server.requests.clear()
    return part


def test_what_has_come_is_not_asked_for_again(server, tmp_path):
    part = broken_off(server, tmp_path / "a")
    part.go_on(None, None, 5)
    assert server.requests[0]["Range"] == "bytes=100000-"
    part.finish()
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_a_server_without_ranges_sends_all_again(server, tmp_path):
    part = broken_off(server, tmp_path / "a")
    server.ranges = False
    part.go_on(None, None, 5)
    assert part.file.read_bytes() == CONTENT


def test_a_file_that_changed_is_not_mixed_with_the_old_one(server, tmp_path):
    part = broken_off(server, tmp_path / "a")
    server.content, server.tag = CONTENT[::-1], '"two"'
    part.go_on(None, None, 5)
    assert part.file.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_tag_nothing_is_gone_on_with(server, tmp_path, tag):
    server.tag = tag
    part = broken_off(server, tmp_path / "a")
    part.go_on(None, None, 5)
    assert "Range" not in server.requests[0]
    assert part.file.read_bytes() == CONTENT


def test_a_part_of_another_address_is_left(server, tmp_path):
    broken_off(server, tmp_path / "a")
    other = PartialDownload(server.address("other.bin"), tmp_path / "a")
    other.go_on(None, None, 5)
    assert "Range" not in server.requests[0]
    assert other.file.read_bytes() == CONTENT


def test_a_part_that_is_complete(server, tmp_path):
    part = broken_off(server, tmp_path / "a")
    part.go_on(None, None, 5)
    part.go_on(None, None, 5)  # 416, with the length that has come
    part.go_on(len(CONTENT), None, 5)
    assert len(server.requests) == 2
    assert part.file.read_bytes() == CONTENT
    server.content = CONTENT[:5000]
    with pytest.raises(ConnectionError, match="less than was fetched"):
        part.go_on(None, None, 5)
    assert part.size() == 0


def test_what_is_refused(server, tmp_path):
    part = PartialDownload(server.address(), tmp_path / "a")
    with pytest.raises(Refused, match="768,000 bytes, and 5 are published"):
        part.go_on(5, None, 5)
    (tmp_path / "secret").write_text("text")
    local = PartialDownload(f"file://{tmp_path}/secret", tmp_path / "b")
    with pytest.raises(Refused, match="file:// is not fetched"):
        local.go_on(None, None, 5)
    server.statuses, server.location = [302], "ftp://127.0.0.1/file.bin"
    with pytest.raises(Refused, match="redirects to ftp"):
        part.go_on(None, None, 5)
    server.statuses, server.location = [404], ""
    with pytest.raises(urllib.error.HTTPError):
        part.go_on(None, None, 5)
    assert not (tmp_path / "b.part").exists() and part.size() == 0


def test_redirects_are_followed(server, tmp_path):
    server.statuses, server.location = [302], server.address("moved.bin")
    part = PartialDownload(server.address(), tmp_path / "a")
    part.go_on(None, None, 5)
    assert part.file.read_bytes() == CONTENT
