"""One writer at a time for what is written over hours: runs, stores, files of answers, caches."""

import contextlib
import datetime
import errno
import json
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock

from keras_albert.errors import InputError

# File systems that know no locks: then nothing is kept, as before there were locks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)
_LONGEST_COMMAND = 200


@contextlib.contextmanager
def folder_lock(path: str | Path, *, within: bool = False, wait: bool = False) -> Iterator[None]:
    """Keeps other processes from writing a folder, or a file, while this one does.

    The operating system holds the lock and drops it when its holder ends, however it ends: what a
    killed process left is taken over. The holder is written down beside it, for the message.

    Args:
        path: what is written; it need not exist.
        within: whether the lock lies in the folder, which is made where it is missing and removed
            again if nothing else came into it; by default it lies beside.
        wait: whether to wait for the holder; by default it is an error that names the holder.

    Raises:
        InputError: another process, or another thread of this one, is writing there; or the lock
            cannot be written.
    """
    path = Path(path).resolve()
    place = path / ".lock" if within else path.with_name(f".{path.name}.lock")
    made = _make(place.parent)
    lock = filelock.FileLock(place, thread_local=False)
    try:
        held = _acquire(lock, path, place, wait)
        try:
            yield
        finally:
            if held:
                # Before the release: who waits then finds its file unlinked, and asks again.
                _holder_file(place).unlink(missing_ok=True)
                place.unlink(missing_ok=True)
                lock.release()
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def holder(path: str | Path, *, within: bool = False) -> dict[str, Any] | None:
    """Who wrote itself down as the holder of a lock, alive or not.

    Args:
        path: as in `folder_lock`.
        within: as in `folder_lock`.

    Returns:
        {"pid", "host", "since" (ISO 8601), "command"}, or None.
    """
    path = Path(path).resolve()
    place = path / ".lock" if within else path.with_name(f".{path.name}.lock")
    try:
        content = json.loads(_holder_file(place).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _make(folder: Path) -> list[Path]:
    """Makes a folder; returns those that were missing, the innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return missing


def _acquire(lock: filelock.BaseFileLock, path: Path, place: Path, wait: bool) -> bool:
    """Whether the lock is held now; false where the file system has none."""
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except filelock.Timeout:
        raise InputError(
            f"{path} is being written by {_described(path, place)}. Wait until it ends, stop it, "
            "or choose another output."
        ) from None
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return False
        raise _unwritable(place, error) from error
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]) if sys.argv else ""
    content = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": now,
        "command": command[:_LONGEST_COMMAND],
    }
    # The lock holds without it; a full disk shall not keep a run from saying so itself.
    with contextlib.suppress(OSError):
        _holder_file(place).write_text(json.dumps(content), "utf-8")
    return True


def _holder_file(place: Path) -> Path:
    # Not the lock's own file: on Windows nobody else may read what is locked.
    return place.with_name(f"{place.name}.json")


def _described(path: Path, place: Path) -> str:
    found = holder(path, within=place.parent == path)
    if found is None:
        return "another process"
    who = f"process {found.get('pid')} on {found.get('host')}"
    command = found.get("command")
    return f"{who} since {found.get('since')}" + (f" ({command})" if command else "")


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be written: {error.strerror}. Choose another output folder.")
