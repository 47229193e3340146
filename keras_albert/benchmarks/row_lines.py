"""The lines of a file of examples, decoded, each with its place."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from keras_albert.errors import InputError
from keras_albert.text.lines import (
    UTF8_MARK,
    extends_ascii,
    gzip_errors_named,
    open_unpacked,
    raw_lines,
    unpacked,
    without_end,
)

# Where a row stands, and the row or what is wrong with it.
Rows = Iterator[tuple[str, Any]]

# What bytes become that are not text in the file's encoding; nothing else becomes that.
_UNDECODED = re.compile("[\udc80-\udcff]")
_WIDE_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# How files begin that hold no lines, and what they are.
_NOT_TEXT = {
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it, or save it as CSV",
    b"PAR1": "Parquet: give it a name that ends in .parquet",
    b"ARROW1": "Arrow: save it as Parquet, with a name that ends in .parquet",
    b"BZh": "packed with bzip2: unpack it, or pack it with gzip",
    b"\xfd7zXZ": "packed with xz: unpack it, or pack it with gzip",
    b"\x28\xb5\x2f\xfd": "packed with zstd: unpack it, or pack it with gzip",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet: save it as CSV",
    b"%PDF": "PDF: take its text out first",
    b"SQLite format 3": "a database: write its rows as CSV or JSON lines",
}


def existing(path: str | Path) -> Path:
    """`path`, which is a file.

    Raises:
        InputError: it is not.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist, or is not a file.")
    return path


def text_lines(path: str | Path, encoding: str | None = None) -> Iterator[tuple[int, str]]:
    """The lines of a file, gzipped or not, with their ends and their numbers from 1.

    Args:
        path: the file.
        encoding: see `stream_lines`.

    Raises:
        InputError: the file cannot be read, or see `stream_lines`.
    """
    with open_unpacked(str(existing(path))) as stream:
        yield from stream_lines(stream, str(path), encoding)


def stream_lines(
    stream: BinaryIO, name: str, encoding: str | None = None
) -> Iterator[tuple[int, str]]:
    """The lines of an open file, gzipped or not, with their ends and their numbers from 1.

    Bytes that are not text in the encoding become lone surrogates, see `undecoded`.

    Args:
        stream: the file.
        name: what to call it in messages.
        encoding: by default UTF-8, or UTF-16 or UTF-32 where the file begins with its mark.

    Raises:
        InputError: the file is of a kind that has no lines, or is a damaged gzip file; or, in
            UTF-16 and the like, is not text.
    """
    with gzip_errors_named(name):
        content = unpacked(stream)
        head = content.peek(16)[:16]
        what = next((what for mark, what in _NOT_TEXT.items() if head.startswith(mark)), None)
        if what is not None:
            raise InputError(f"{name} is not text but {what}.")
        if encoding is None:
            wide = (code for mark, code in _WIDE_MARKS.items() if head.startswith(mark))
            encoding = next(wide, "utf-8")
        if extends_ascii(encoding):
            if encoding.startswith("utf-8") and head.startswith(UTF8_MARK):
                content.read(len(UTF8_MARK))
            for number, line in enumerate(raw_lines(content), 1):
                yield number, line.decode(encoding, "surrogateescape")
            return
        number = 0
        wide_lines = io.TextIOWrapper(content, encoding, newline="\n")
        try:
            for number, text in enumerate(wide_lines, 1):
                yield number, text.removeprefix("\ufeff") if number == 1 else text
        except UnicodeError as error:
            raise InputError(
                f"{name}:{number + 1} is not {encoding}: {getattr(error, 'reason', error)}. Name "
                "the file's own encoding with --encoding."
            ) from error
        finally:
            wide_lines.detach()  # who opened the file closes it


def undecoded(line: str, where: str, encoding: str | None = None) -> InputError | None:
    """What is wrong with a line of `text_lines` that is not in the file's encoding, or None."""
    if line.isascii() or (found := _UNDECODED.search(line)) is None:
        return None
    name = "UTF-8" if encoding in (None, "utf-8") else encoding
    return InputError(
        f"{where} is not {name}: byte 0x{ord(found[0]) - 0xDC00:02X} at character {found.start()}. "
        "Name the file's own encoding, such as --encoding cp1252."
    )


def decoded_lines(path: str | Path, encoding: str | None = None) -> Rows:
    """The lines of a file without their ends: (where, text or an `InputError` for another code).

    Raises:
        InputError: see `text_lines`.
    """
    for number, line in text_lines(path, encoding):
        where = f"{path}:{number}"
        yield where, undecoded(line, where, encoding) or without_end(line)
