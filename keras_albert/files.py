"""Writing files so that a reader sees the old content or the new, never half of one.

Everything is written aside, in the same folder as its destination (a rename is atomic only within
one file system), flushed to disk, then renamed.
"""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.runtime.digests import file_digest


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _disk_errors_named(path: Path) -> Iterator[None]:
    """Turns a full disk and a folder that cannot be written to into an `InputError`."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(
                f"The disk is full: {path} could not be written, and nothing of it is left. "
                "Free some space or choose another output."
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise InputError(
                f"{path} cannot be written: {error.strerror}. Choose another output folder."
            ) from error
        if error.errno == errno.ENOTEMPTY:
            raise InputError(
                f"{path} was made by another process meanwhile; what this one made is dropped. "
                "Choose another output."
            ) from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise InputError(
                f"{path} cannot be written: a part of this path is not a folder. "
                "Choose another output."
            ) from error
        raise


@contextlib.contextmanager
def write_aside(path: str | Path) -> Iterator[Path]:
    """Yields a temporary path; on success it is renamed to `path`, on failure removed.

    A symbolic link at `path` is followed, and a file that is replaced keeps its permissions.

    Raises:
        InputError: the path is a folder's, the disk is full or the folder cannot be written to.
    """
    path = Path(path).resolve()
    if path.is_dir():
        raise InputError(f"{path} is a folder; expected the name of a file.")
    with _disk_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(descriptor)
        aside = Path(name)
        try:
            yield aside
            _flush_to_disk(aside)
            aside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(aside, path)
            _flush_to_disk(path.parent)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def write_directory_aside(path: str | Path, *, replace: bool = False) -> Iterator[Path]:
    """Yields a temporary folder; on success it is renamed to `path`, on failure removed.

    Args:
        path: the folder to make. A symbolic link is followed.
        replace: whether an existing folder gives way. Without it, an existing folder that is
            not empty is an error.

    Raises:
        InputError: `path` holds something and `replace` is false, or the disk is full.
    """
    path = Path(path).resolve()
    occupied = path.is_file() or (path.is_dir() and any(path.iterdir()))
    if occupied and not replace:
        raise InputError(
            f"{path} already exists and is not empty. Choose another output or remove it first."
        )
    with _disk_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            yield aside
            for file in aside.rglob("*"):
                if file.is_file():
                    _flush_to_disk(file)
            aside.chmod(0o755)
            if path.is_dir() and not occupied:
                path.rmdir()
            if occupied:
                # A folder cannot be renamed over a full one: move the old one out of the way
                # first, so that at every moment one of the two stands under a known name.
                old = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
                os.replace(path, old / path.name)
                try:
                    os.replace(aside, path)
                except BaseException:
                    os.replace(old / path.name, path)
                    raise
                finally:
                    shutil.rmtree(old, ignore_errors=True)
            else:
                os.replace(aside, path)
            _flush_to_disk(path.parent)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise


def write_json(path: str | Path, content: Any) -> None:
    """Writes `content` as indented JSON, aside and then renamed."""
    with write_aside(path) as aside:
        aside.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def write_json_lines(path: str | Path, rows: Iterable[Any]) -> None:
    """Writes a row a line as JSON, aside and then renamed."""
    with write_aside(path) as aside, aside.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Reads a JSON file.

    Raises:
        InputError: the file is missing, a folder, not UTF-8 or not JSON; the line is named.
    """
    path = Path(path)
    try:
        # A byte order mark, as Windows programs write it, is not part of the text.
        return json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder where a JSON file was expected.") from error
    except RecursionError:
        raise InputError(
            f"{path} is not a JSON file to be read: it is nested too deeply."
        ) from None
    except ValueError as error:  # no UTF-8, no JSON, or a number of thousands of digits
        raise InputError(f"{path} is not a JSON file: {error}.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def sha256(path: str | Path) -> str:
    """The SHA-256 digest of a file, in hexadecimal, read in pieces of 1 MiB."""
    return file_digest(path)
