"""SHA-256 digests of an artifact's files, its description's own among them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CARD_FILE = "export.json"
"""An export's card, which has the digest of every other file."""

ITSELF = "sha256_of_description"
"""The key of a description's own digest."""


def description_digest(description: Mapping[str, Any]) -> str:
    """The digest of a model.json's content, in hexadecimal: of all but this digest itself.

    Args:
        description: what the file holds. The order of its keys does not count.

    >>> description_digest({"a": 1, "b": 2}) == description_digest({"b": 2, "a": 1})
    True
    """
    content = {key: value for key, value in description.items() if key != ITSELF}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def sealed(description: Mapping[str, Any]) -> dict[str, Any]:
    """A description with its own digest in it."""
    return {**description, ITSELF: description_digest(description)}


def file_digest(path: str | Path) -> str:
    """The digest of a file, in hexadecimal, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def changed_files(folder: str | Path, digests: Mapping[str, str]) -> list[str]:
    """The names of files that are not what their digests say, missing ones among them.

    Args:
        folder: where they lie.
        digests: relative path -> SHA-256.
    """
    return [
        name
        for name, digest in digests.items()
        if not (Path(folder) / name).is_file() or file_digest(Path(folder) / name) != digest
    ]
