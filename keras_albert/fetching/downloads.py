"""Fetching a file once: resumed, checked, kept, and replaceable by one that was placed by hand."""

import errno
import http.client
import os
import socket
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.fetching.partial_download import PartialDownload, Refused
from keras_albert.files import read_json, sha256, write_json

# Bytes so far, and bytes in all where the server says.
Progress = Callable[[int, int | None], None]

SECONDS_WITHOUT_AN_ANSWER = 30.0
ATTEMPTS = 4
_FIRST_WAIT = 1.0
# Requests that a server may answer better when asked again: timeout, too many, and its own faults.
_WORTH_ASKING_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Expected:
    """What is known of a file before it is fetched.

    Attributes:
        size: in bytes, or None.
        sha256: hexadecimal, or None: then the first download's digest is recorded.
        elsewhere: another way to get the same weights, for the error message, or None.
    """

    size: int | None = None
    sha256: str | None = None
    elsewhere: str | None = None


def fetch(
    address: str,
    path: Path,
    expected: Expected | None = None,
    *,
    progress: Progress | None = None,
    timeout: float = SECONDS_WITHOUT_AN_ANSWER,
    wait: float = _FIRST_WAIT,
) -> str:
    """Makes sure that `path` holds what is at an address.

    A file that is there already is not fetched again: one that was fetched is compared with its
    record, one that was placed by hand with what is expected. A download that broke off is gone on
    with, by a Range request that holds only for an unchanged file. The record is `path` with
    `.json` behind it; it is compared again only when the file's size or time has changed.

    Args:
        address: with `http://` or `https://`.
        path: where the file is kept.
        expected: its size and digest, as far as they are known.
        progress: called with the bytes so far and the bytes in all, or None where unknown.
        timeout: seconds without a byte after which an attempt is given up.
        wait: seconds before the second attempt; each later wait is twice as long.

    Returns:
        The file's SHA-256, in hexadecimal.

    Raises:
        InputError: the file cannot be fetched, or is not what was expected; the message says where
            to place it by hand.
    """
    expected = expected or Expected()
    record = path.with_name(f"{path.name}.json")
    if path.is_file():
        return _check_present(address, path, record, expected)
    part = PartialDownload(address, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.alone():
            if path.is_file():  # another process was faster
                return _check_present(address, path, record, expected)
            resumed = part.size() > 0
            _download(part, expected, progress, timeout, wait)
            digest = sha256(part.file)
            if resumed and expected.sha256 not in (None, digest):
                # Its beginning was of another file: once more, from the start.
                part.discard()
                _download(part, expected, progress, timeout, wait)
                digest = sha256(part.file)
            if expected.sha256 not in (None, digest):
                part.discard()
                raise InputError(
                    f"{address} is not the published file: its SHA-256 is {digest}, published is "
                    f"{expected.sha256}. It was removed. {_by_hand(address, path, expected)}"
                )
            part.finish()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(
                f"The disk is full: {path} is not complete. Free some space and run this again; "
                "the download goes on where it stopped."
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Set KERAS_HOME to a folder that can."
            ) from error
        raise
    _write_record(record, address, path, digest, "published" if expected.sha256 else "recorded")
    return digest


def recorded_digest(path: Path) -> str | None:
    """The SHA-256 in a file's record, or None where there is no record, damaged or not."""
    record = path.with_name(f"{path.name}.json")
    try:
        content: Any = read_json(record)
    except InputError:
        return None
    digest = content.get("sha256") if isinstance(content, dict) else None
    return digest if isinstance(digest, str) else None


def _by_hand(address: str, path: Path, expected: Expected) -> str:
    other = f" Or pass {expected.elsewhere}." if expected.elsewhere else ""
    return (
        f"To place it by hand: fetch {address} where there is a network, copy it to {path}.{other}"
    )


def _check_present(address: str, path: Path, record: Path, expected: Expected) -> str:
    size, modified = path.stat().st_size, path.stat().st_mtime_ns
    if expected.size not in (None, size):
        raise InputError(
            f"{path} has {size:,} bytes, and {expected.size:,} are published. Remove it to have it "
            "fetched again."
        )
    known = read_json(record) if record.is_file() else None
    if isinstance(known, dict) and known.get("size") == size and known.get("modified") == modified:
        digest = str(known.get("sha256"))
    else:
        digest = sha256(path)
    if expected.sha256 not in (None, digest):
        raise InputError(
            f"{path} is not the published file: its SHA-256 is {digest}, published is "
            f"{expected.sha256}. Remove it to have it fetched again."
        )
    recorded = recorded_digest(path)
    if expected.sha256 is None and recorded not in (None, digest):
        raise InputError(
            f"{path} has changed since it was first used: its SHA-256 was {recorded} and is "
            f"{digest}. Remove it to have it fetched again, or {record.name} beside it if the "
            "change is meant."
        )
    if not isinstance(known, dict) or known.get("modified") != modified:
        how = "published" if expected.sha256 else "recorded"
        _write_record(record, address, path, digest, how)
    return digest


def _write_record(record: Path, address: str, path: Path, digest: str, how: str) -> None:
    state = path.stat()
    content = {"address": address, "size": state.st_size, "sha256": digest, "verified_by": how}
    write_json(record, {**content, "modified": state.st_mtime_ns})


def _download(
    part: PartialDownload,
    expected: Expected,
    progress: Progress | None,
    timeout: float,
    wait: float,
) -> None:
    """Attempts until the part is complete, each going on where the one before stopped."""
    reason: BaseException | str = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(wait * 2 ** (attempt - 1))
        try:
            part.go_on(expected.size, progress, timeout)
            return
        except Refused as error:
            reason = error
            break
        except urllib.error.HTTPError as error:
            reason = f"the server answers {error.code} {error.reason}"
            if error.code not in _WORTH_ASKING_AGAIN:
                break
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, socket.gaierror) and reason.errno == socket.EAI_NONAME:
                break  # no such server, or no network at all
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EPERM):
                raise
            reason = error
    why = " ".join(str(reason).split()) or type(reason).__name__
    raise InputError(
        f"{part.address} could not be fetched: {why}. "
        f"{_by_hand(part.address, part.destination, expected)}"
    )


def keras_home() -> Path:
    """The folder that Keras keeps its files in, without importing Keras.

    It is what the environment variable KERAS_HOME names, else `.keras` at home, else `/tmp/.keras`.
    """
    named = os.environ.get("KERAS_HOME")
    if named is not None:
        return Path(named).expanduser()
    home = Path.home()
    return (home if os.access(home, os.W_OK) else Path("/tmp")) / ".keras"
