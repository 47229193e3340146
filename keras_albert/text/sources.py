"""From what a person names (files, folders, globs, standard input) to lines of text, streaming."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from keras_albert.errors import InputError, suggest
from keras_albert.text.lines import (
    HEAD_BYTES,
    STANDARD_INPUT,
    UTF8_MARK,
    open_unpacked,
    raw_lines,
    without_end,
)

TEXT_SUFFIXES = (".txt", ".text")
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
DEFAULT_MAX_LINE_BYTES = 8 << 20
"""The longest line that is read, 8 MiB: a longer one is no sentence and no page."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def find_files(sources: Sequence[str]) -> list[str]:
    """The files that some sources name, in order, each once.

    Args:
        sources: paths of files, folders (searched recursively for `.txt`, `.text`, `.jsonl`,
            `.ndjson` and `.json`, each also with `.gz`; hidden files are left out), glob patterns
            (`**` goes into folders), or `-` for standard input.

    Returns:
        Paths, sorted within each source, and `-` where it was given.

    Raises:
        InputError: a source matches nothing.
    """
    if not sources:
        raise InputError("No corpus was named: pass files, folders, globs, or - for stdin.")
    found: dict[str, str] = {}
    for source in sources:
        for file in _matches(str(source)):
            key = file if file == STANDARD_INPUT else str(Path(file).resolve())
            found.setdefault(key, file)
    return list(found.values())


def _matches(source: str) -> list[str]:
    if source == STANDARD_INPUT:
        return [source]
    path = Path(source)
    if path.is_dir():
        suffixes = TEXT_SUFFIXES + JSON_SUFFIXES
        files = [
            str(file)
            for file in sorted(path.rglob("*"))
            if file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
            and file.name.lower().removesuffix(".gz").endswith(suffixes)
        ]
        if not files:
            raise InputError(
                f"The folder {source} holds no text: expected files ending in "
                f"{', '.join(suffixes)}, or those with .gz."
            )
        return files
    if path.exists():
        return [source]
    files = [file for file in sorted(glob.glob(source, recursive=True)) if Path(file).is_file()]  # noqa: PTH207
    if files:
        return files
    near = ""
    if path.parent.is_dir():
        near = suggest(path.name, [sibling.name for sibling in path.parent.iterdir()])
    raise InputError(f"No file matches {source} (looked from {Path.cwd()}).{near}")


def is_json_lines(source: str) -> bool:
    """Whether a file's name says that it holds JSON lines."""
    return source.lower().removesuffix(".gz").endswith(JSON_SUFFIXES)


def read_lines(source: str, max_line_bytes: int = DEFAULT_MAX_LINE_BYTES) -> Iterator[str]:
    """The lines of one file or of standard input, decoded, without their ends.

    Args:
        source: a path, or `-`. Gzip is unpacked, a byte-order mark of UTF-8 is left out.
        max_line_bytes: how long a line may be. No more than that is ever in memory.

    Raises:
        InputError: the file is not UTF-8 text (binary, or another encoding), has a line that is
            too long, or is a damaged gzip file. The place is named.
    """
    name = "standard input" if source == STANDARD_INPUT else source
    offset = number = 0
    try:
        with open_unpacked(source) as stream:
            _check_head(stream.peek(HEAD_BYTES)[:HEAD_BYTES], name)
            for line in raw_lines(stream, max_line_bytes + 1):
                number += 1
                if number == 1 and line.startswith(UTF8_MARK):
                    offset = len(UTF8_MARK)
                    line = line[offset:]
                if len(line) > max_line_bytes and not line.endswith((b"\n", b"\r")):
                    raise InputError(
                        f"{name}, line {number} is longer than {max_line_bytes} bytes. "
                        "Break it into sentences or paragraphs."
                    )
                yield _decode(line, name, number, offset)
                offset += len(line)
    except IsADirectoryError as error:
        raise InputError(f"{name} is a folder.") from error


def _check_head(head: bytes, name: str) -> None:
    """Refuses what the first bytes already show to be no UTF-8 text.

    A binary file is full of bytes that are not UTF-8 either: looking for NUL first says what it is.
    """
    if head.startswith(_UTF16_MARKS):
        raise InputError(
            f"{name} is UTF-16, not UTF-8. Convert it: iconv -f UTF-16 -t UTF-8 {name} > NEW_FILE"
        )
    if (place := head.find(b"\0")) >= 0:
        raise _binary(name, place, head.count(b"\n", 0, place) + 1)


def _binary(name: str, offset: int, number: int) -> InputError:
    return InputError(
        f"{name} is a binary file: NUL byte at offset {offset} (line {number}). "
        "Expected UTF-8 text or JSON lines, plain or gzipped."
    )


def _decode(line: bytes, name: str, number: int, offset: int) -> str:
    """One line's text; what it is not, with line (from 1) and byte offset (from 0)."""
    if (place := line.find(b"\0")) >= 0:
        raise _binary(name, offset + place, number)
    try:
        return without_end(line.decode())
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise InputError(
            f"{name} is not UTF-8: byte 0x{byte:02X} at offset {offset + error.start} "
            f"(line {number}). Convert it: iconv -f ISO-8859-1 -t UTF-8 {name} > NEW_FILE "
            "(with the file's own encoding in place of ISO-8859-1)."
        ) from error
