"""Fetching from a server on this machine: whole, broken off, wrong, placed by hand."""

import errno
import hashlib
import json
import os
import socket
from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.fetching import downloads, partial_download
from keras_albert.fetching.downloads import ATTEMPTS, Expected, fetch, keras_home, recorded_digest
from tests.file_server import serving

CONTENT = bytes(range(256)) * 3000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
WAIT = 0.001


@pytest.fixture
def server():
    with serving(CONTENT) as server:
        yield server


def refused(server, path, expected=None):
    with pytest.raises(InputError) as caught:
        fetch(server.address(), path, expected, wait=WAIT, timeout=5)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "expected", [None, Expected(size=len(CONTENT)), Expected(sha256=DIGEST)], ids=str
)
def test_a_file_is_fetched_once(server, tmp_path, expected):
    path = tmp_path / "new" / "file.bin"
    seen = []
    arguments = {"progress": lambda *state: seen.append(state), "wait": WAIT}
    assert fetch(server.address(), path, expected, **arguments) == DIGEST
    assert path.read_bytes() == CONTENT
    assert seen[0] == (0, len(CONTENT)) and seen[-1] == (len(CONTENT), len(CONTENT))
    assert fetch(server.address(), path, expected) == DIGEST
    assert len(server.requests) == 1
    record = json.loads((path.parent / "file.bin.json").read_text())
    assert (record["address"], record["size"]) == (server.address(), len(CONTENT))
    published = expected is not None and expected.sha256 is not None
    assert record["verified_by"] == ("published" if published else "recorded")
    assert not list(path.parent.glob("*.part*"))


def test_a_download_that_breaks_off_goes_on(server, tmp_path):
    server.break_after = [200_000, 1, 300_000]
    assert fetch(server.address(), tmp_path / "a", wait=WAIT) == DIGEST
    starts = [request.get("Range") for request in server.requests]
    assert starts == [None, "bytes=200000-", "bytes=200001-", "bytes=500001-"]


def test_an_interrupted_run_goes_on_where_it_stopped(server, tmp_path):
    def stop(came, total):
        if came > 100_000:
            raise KeyboardInterrupt

    server.break_after = [200_000]
    with pytest.raises(KeyboardInterrupt):
        fetch(server.address(), tmp_path / "a", progress=stop, wait=WAIT)
    assert not (tmp_path / "a").exists()
    assert fetch(server.address(), tmp_path / "a", wait=WAIT) == DIGEST
    assert int(server.requests[-1]["Range"].strip("bytes=-")) > 100_000


def test_a_server_that_recovers(server, tmp_path):
    server.statuses = [503, 429, 500]
    assert fetch(server.address(), tmp_path / "a", wait=WAIT) == DIGEST


def test_a_server_that_lies_about_the_length(server, tmp_path):
    server.lie = 7
    server.ranges = False
    message = refused(server, tmp_path / "a")
    assert "broke off after 768,000 of 768,007 bytes" in message
    assert len(server.requests) == ATTEMPTS
    assert not (tmp_path / "a").exists()


def test_what_asking_again_does_not_change(server, tmp_path):
    server.statuses = [404]
    message = refused(server, tmp_path / "a", Expected(elsewhere="hf://someone/something"))
    assert "answers 404" in message
    assert f"copy it to {tmp_path / 'a'}. Or pass hf://someone/something." in message
    assert len(server.requests) == 1
    assert "5 are published" in refused(server, tmp_path / "a", Expected(size=5))


def test_nobody_answers(server, tmp_path):
    with serving(b"") as gone:
        address = gone.address()
    with pytest.raises(InputError, match=f"could not be fetched: .*copy it to {tmp_path}/a"):
        fetch(address, tmp_path / "a", wait=WAIT, timeout=5)


def test_without_a_network_it_fails_at_once(tmp_path, monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    waits = []
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(downloads.time, "sleep", waits.append)
    with pytest.raises(InputError, match=r"https://models\.invalid/a\.zip could not be fetched"):
        fetch("https://models.invalid/a.zip", tmp_path / "a")
    assert waits == []


def test_a_file_that_is_not_the_published_one(server, tmp_path):
    message = refused(server, tmp_path / "a", Expected(sha256="0" * 64))
    assert "is not the published file" in message and DIGEST in message
    assert not (tmp_path / "a").exists() and not list(tmp_path.glob("*.part*"))


def test_a_beginning_of_another_file_is_replaced(server, tmp_path):
    """Same tag, other content: only the digest can tell."""
    server.content = CONTENT[::-1]
    server.break_after = [100_000, *[0] * ATTEMPTS]
    server.tag = '"same"'
    with pytest.raises(InputError, match="broke off"):
        fetch(server.address(), tmp_path / "a", Expected(sha256=DIGEST), wait=WAIT)
    server.content, server.break_after = CONTENT, []
    assert fetch(server.address(), tmp_path / "a", Expected(sha256=DIGEST), wait=WAIT) == DIGEST


def test_a_file_placed_by_hand_is_used(server, tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    assert fetch(server.address(), tmp_path / "a", Expected(len(CONTENT), DIGEST)) == DIGEST
    assert recorded_digest(tmp_path / "a") == DIGEST
    assert server.requests == []


def test_a_wrong_file_placed_by_hand_is_named_and_kept(server, tmp_path):
    (tmp_path / "a").write_bytes(b"other")
    assert "has 5 bytes" in refused(server, tmp_path / "a", Expected(size=len(CONTENT)))
    assert "not the published file" in refused(server, tmp_path / "a", Expected(sha256=DIGEST))
    assert (tmp_path / "a").read_bytes() == b"other"


def test_a_file_that_changed_later_is_noticed(server, tmp_path):
    path = tmp_path / "a"
    fetch(server.address(), path, wait=WAIT)
    os.utime(path)  # touched, with the same content
    assert fetch(server.address(), path) == DIGEST
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(1, 1))
    message = refused(server, path)
    assert "has changed since it was first used" in message and "a.json" in message
    (tmp_path / "a.json").unlink()
    assert fetch(server.address(), path) == hashlib.sha256(CONTENT[::-1]).hexdigest()


def test_a_damaged_record_is_made_again(server, tmp_path):
    fetch(server.address(), tmp_path / "a", wait=WAIT)
    (tmp_path / "a.json").write_text("[]")
    assert recorded_digest(tmp_path / "a") is None
    assert fetch(server.address(), tmp_path / "a") == DIGEST
    assert recorded_digest(tmp_path / "a") == DIGEST


def test_a_full_disk(server, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(partial_download, "_copy", full)
    assert "disk is full" in refused(server, tmp_path / "a")


def test_a_folder_that_cannot_be(server, tmp_path):
    (tmp_path / "file").write_text("")
    assert "KERAS_HOME" in refused(server, tmp_path / "file" / "a")


def test_the_folder_is_keras_s_own(tmp_path, monkeypatch):
    """As Keras documents it: KERAS_HOME, else at home, else below /tmp."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "kept"))
    assert keras_home() == tmp_path / "kept"
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert keras_home() == tmp_path / ".keras"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert keras_home() == Path("/tmp/.keras")
