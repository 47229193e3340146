"""Files as lines: unpacked, and cut where lines end and nowhere else."""

import codecs
import contextlib
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from keras_albert.errors import InputError, suggest

STANDARD_INPUT = "-"
UTF8_MARK = codecs.BOM_UTF8
HEAD_BYTES = 4096
_GZIP_MARK = b"\x1f\x8b"
_BUFFER_BYTES = 1 << 16
_ASCII = bytes(range(128))


@contextlib.contextmanager
def open_unpacked(source: str) -> Iterator[io.BufferedReader]:
    """Opens a file or standard input, unpacking gzip, which is known by its first two bytes.

    Args:
        source: a path, or `-` for standard input.

    Raises:
        InputError: the file cannot be read, or is a damaged gzip file.
    """
    name = "standard input" if source == STANDARD_INPUT else source
    with contextlib.ExitStack() as stack:
        raw: BinaryIO
        if source == STANDARD_INPUT:
            raw = sys.stdin.buffer
        else:
            try:
                raw = stack.enter_context(Path(source).open("rb", buffering=_BUFFER_BYTES))
            except OSError as error:
                raise InputError(f"{source} cannot be read: {error.strerror}.") from error
        with gzip_errors_named(name):
            yield unpacked(raw)


def unpacked(raw: BinaryIO) -> io.BufferedReader:
    """A stream's content: unpacked where it is gzip, and as it is otherwise."""
    buffered = raw if hasattr(raw, "peek") else io.BufferedReader(cast(io.RawIOBase, raw))
    stream = cast(io.BufferedReader, buffered)
    if stream.peek(2)[:2] != _GZIP_MARK:
        return stream
    content = gzip.GzipFile(fileobj=stream, mode="rb")
    return io.BufferedReader(cast(io.RawIOBase, content), _BUFFER_BYTES)


@contextlib.contextmanager
def gzip_errors_named(name: str) -> Iterator[None]:
    """Turns what is wrong with a gzip file into an `InputError` that names it."""
    try:
        yield
    except EOFError as error:
        raise InputError(
            f"{name} is a gzip file that breaks off. Fetch or make it again."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{name} is a damaged gzip file ({error}).") from error


def raw_lines(stream: io.BufferedReader, limit: int = -1) -> Iterator[bytes]:
    r"""The lines of a stream with their ends.

    A line ends at `\n`. In a file whose beginning has `\r` and no `\n`, as old Macintosh programs
    wrote it, it ends at `\r` too; in all others `\r` is a character like another.

    Args:
        stream: what `open_unpacked` gives.
        limit: how many bytes a line is read to; a longer one comes in pieces.
    """
    head = stream.peek(HEAD_BYTES)
    if b"\n" in head or b"\r" not in head:
        while line := stream.readline(limit):
            yield line
        return
    pending = b""
    while chunk := stream.read1(_BUFFER_BYTES):
        pending += chunk
        # A `\r` at the end may be the first half of `\r\n`. Of bytes, `splitlines` knows no ends
        # but these two.
        held = b""
        if pending.endswith(b"\r"):
            pending, held = pending[:-1], b"\r"
        lines = pending.splitlines(keepends=True)
        pending = lines.pop() if lines and not lines[-1].endswith((b"\r", b"\n")) else b""
        yield from lines
        pending += held
        if 0 <= limit < len(pending):
            yield pending
            pending = b""
    if pending:
        yield pending


def without_end(line: str) -> str:
    r"""A line without the `\n`, `\r\n` or `\r` that ends it; of several `\r` one stays."""
    if line.endswith("\n"):
        line = line[:-1]
    return line.removesuffix("\r")


def checked_encoding(name: str) -> str:
    """The name of an encoding of text, as Python writes it.

    Raises:
        InputError: there is no such encoding.
    """
    try:
        found = codecs.lookup(name)
        b"".decode(name)
        "".encode(name)
    except (LookupError, UnicodeError, TypeError, ValueError):
        near = suggest(name.lower(), ("utf-8", "utf-16", "cp1252", "latin-1", "gb18030", "big5"))
        raise InputError(
            f"{name!r} is not an encoding of text that Python knows; expected one such as utf-8, "
            f"utf-16, cp1252, latin-1 or gb18030.{near}"
        ) from None
    return found.name


def extends_ascii(encoding: str) -> bool:
    """Whether ASCII's characters are single bytes there, so that lines can be cut beforehand."""
    try:
        return _ASCII.decode(encoding) == _ASCII.decode("ascii")
    except UnicodeError:
        return False
