"""Rows of JSON and Parquet files as `datasets` and pandas write them."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.tables import Rows, existing
from keras_albert.errors import InputError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SUFFIXES = (".jsonl", ".json", ".ndjson", ".parquet")


def unpacked_suffix(path: str | Path) -> str:
    """The suffix in lower case, that before `.gz` where the file is packed."""
    path = Path(path)
    inner = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return inner.suffix.lower()


def unpacked(path: str | Path) -> bytes:
    """A file's bytes without a byte order mark; one that ends in `.gz` is unpacked.

    Raises:
        InputError: it does not exist, or is damaged.
    """
    path = existing(path)
    content = path.read_bytes()
    if path.suffix.lower() == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, ValueError) as error:
            raise InputError(f"{path} is not a gzipped file: {error}.") from error
    return content.removeprefix(_BYTE_ORDER_MARK)


def rows(path: str | Path) -> Rows:
    """The rows of a file, each a dict or an `InputError`, with file and line (or row).

    - JSON lines, whatever the suffix;
    - a JSON array of objects (pandas' `orient="records"`), alone or under "data" (`"table"`);
    - a JSON object of columns: lists, or objects by row (pandas' own default);
    - `.parquet`, with `datasets`' names of classes in place of their numbers.

    Raises:
        InputError: the file cannot be read as any of these.
    """
    path = Path(path)
    if unpacked_suffix(path) == ".parquet":
        yield from _parquet_rows(path)
        return
    content = unpacked(path)
    whole = parsed(content)
    if isinstance(whole, Mapping) and _is_rows(whole.get("data")):
        whole = whole["data"]
    if whole is None or (isinstance(whole, Mapping) and b"\n" not in content.strip()):
        # One object alone may be columns, too.
        columns = _columns(whole) if isinstance(whole, Mapping) else None
        if columns is None:
            yield from _json_lines(path, content)
            return
        whole = columns
    elif isinstance(whole, Mapping):
        whole = _columns(whole) or [dict(whole)]
    if not isinstance(whole, list):
        raise InputError(f"{path}: expected rows, found {type(whole).__name__}.")
    for number, row in enumerate(whole):
        where = f"{path}: row {number}"
        if not isinstance(row, Mapping):
            row = InputError(f"{where}: expected an object, found {type(row).__name__}.")
        yield where, row


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def parsed(content: bytes) -> Any:
    """The whole as JSON, or None where it is not one value."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _columns(whole: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Columns as rows: lists of one length, each of them holding rows; or None."""
    values = list(whole.values())
    if values and all(isinstance(value, Mapping) and value for value in values):
        names = [list(value) for value in values]
        if all(name == names[0] for name in names) and names[0] == [
            str(number) for number in range(len(names[0]))
        ]:
            return [{key: whole[key][name] for key in whole} for name in names[0]]
        return None
    if not values or not all(isinstance(value, list) for value in values):
        return None
    nested = any(isinstance(item, list | Mapping) for value in values for item in value)
    if not nested or len({len(value) for value in values}) != 1:
        return None
    return [dict(zip(whole, row, strict=True)) for row in zip(*values, strict=True)]


def _json_lines(path: Path, content: bytes) -> Rows:
    ends = b"\n" if b"\n" in content else b"\r"
    for number, line in enumerate(content.split(ends), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        row: Any
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            row = InputError(f"{where} is not UTF-8: {error.reason} at {error.start}.")
        except json.JSONDecodeError as error:
            row = InputError(f"{where}: not JSON: {error.msg}.")
        except (ValueError, RecursionError):
            row = InputError(f"{where}: not JSON that can be read.")
        if not isinstance(row, dict | InputError):
            row = InputError(f"{where}: expected an object, found {type(row).__name__}.")
        yield where, row


def _parquet_rows(path: Path) -> Rows:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            f"{path}: reading Parquet needs pyarrow: pip install keras-albert[datasets]"
        ) from error
    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(unpacked(path)))
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a Parquet file: {error}.") from error
    noted = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
    features = noted.get("info", {}).get("features", {})
    names = {name: found for name in features if (found := class_names(features[name]))}
    for number, row in enumerate(table.to_pylist()):
        where = f"{path}: row {number}"
        try:
            named = {key: _named(row[key], names.get(key), where, key) for key in row}
        except InputError as error:
            yield where, error
        else:
            yield where, named


def class_names(feature: Any) -> list[str] | None:
    """The names of a `ClassLabel`, or of a list of them, as Parquet files note it; or None."""
    while isinstance(feature, Mapping) and "names" not in feature and "feature" in feature:
        feature = feature["feature"]
    names = feature.get("names") if isinstance(feature, Mapping) else None
    return list(names) if isinstance(names, list) else None


def _named(value: Any, names: list[str] | None, where: str, key: str) -> Any:
    if names is None or value is None:
        return value
    if isinstance(value, list):
        return [_named(one, names, where, key) for one in value]
    if not isinstance(value, int) or value >= len(names):
        raise InputError(f"{where}: {key!r} has {value!r}, and there are {len(names)} names.")
    # Hidden labels are -1.
    return names[value] if value >= 0 else None


def checked_text(text: str, where: str) -> str:
    """The text.

    Raises:
        InputError: it holds half of a surrogate pair, a `\\ud800` escape, which no encoding writes.
    """
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            half = text[error.start]
            raise InputError(
                f"{where}: the text holds {half!a}, half of a surrogate pair, at character "
                f"{error.start}: it is not Unicode text."
            ) from None
    return text
