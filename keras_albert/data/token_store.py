"""Tokenised documents on disk, read in any order."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from array_record.python import array_record_module

from keras_albert import files
from keras_albert.data import token_store_format as fmt
from keras_albert.errors import InputError

# Checksums of a store up to this size are compared when it is opened: about a tenth of a second.
VERIFIED_AT_OPEN_BYTES = 64 << 20
# Documents of a store of up to so many tokens are kept once read, about 4 bytes a token. A read of
# ArrayRecord wakes a thread of its own, which on a busy machine costs more than an instance does.
KEPT_TOKENS = 16 << 20


@dataclass(frozen=True)
class StoredDocument:
    """One document of a token store.

    Attributes:
        id: its name.
        ids: token ids of all its sentences one after the other, int32 `[T]`.
        lengths: tokens of each sentence, int64 `[M]`, none of them 0.
    """

    id: str
    ids: np.ndarray
    lengths: np.ndarray

    @property
    def sentences(self) -> list[np.ndarray]:
        """Token ids of each sentence, M arrays of int32; views of `ids`."""
        return np.split(self.ids, np.cumsum(self.lengths)[:-1])


class TokenStore:
    """Reads a token store; `store[i]` is document i, `len(store)` their number.

    The lengths of all documents are mapped, not read, so opening a large store takes no memory
    to speak of. Documents of a store of up to 16M tokens are kept once read, about 64 MB at most.
    Reading is safe from several threads.

    Args:
        directory: the folder `TokenStoreWriter` made.
        tokenizer_fingerprint: of the tokenizer the ids will be used with; `None` asks no
            question.
        verify: whether checksums are compared now; `None` does so for stores up to 64 MiB.

    Attributes:
        manifest: the content of `manifest.json`.
        lengths: uint32 `[documents, 2]`: tokens and sentences of each document.

    Raises:
        InputError: there is no store in the folder, or one of an unknown version; it was made
            with another tokenizer; a file is missing, of the wrong size or corrupt.
    """

    def __init__(
        self,
        directory: str | Path,
        tokenizer_fingerprint: str | None = None,
        *,
        verify: bool | None = None,
    ) -> None:
        self.directory = Path(directory)
        self.manifest = _read_manifest(self.directory)
        self.check_tokenizer(tokenizer_fingerprint)
        total = sum(self._check_size(entry) for entry in self._files())
        if verify or (verify is None and total <= VERIFIED_AT_OPEN_BYTES):
            self.verify()
        self._id_type = fmt.id_type(self.vocabulary_size)
        self.lengths = np.memmap(
            self.directory / fmt.LENGTHS_NAME, fmt.LENGTHS_TYPE, "r", shape=(len(self), 2)
        )
        self._ends = np.cumsum([shard["documents"] for shard in self.manifest["shards"]])
        self._readers: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._kept: dict[int, StoredDocument] | None = (
            {} if int(self.manifest["counts"]["tokens"]) <= KEPT_TOKENS else None
        )

    def __len__(self) -> int:
        """The number of documents."""
        return int(self.manifest["counts"]["documents"])

    @property
    def vocabulary_size(self) -> int:
        """The number of pieces of the tokenizer the store was made with."""
        return int(self.manifest["vocabulary_size"])

    def __getitem__(self, index: int) -> StoredDocument:
        """Document `index`, from 0.

        Raises:
            IndexError: there is no such document.
            InputError: the shard is corrupt there, or holds an id beyond the vocabulary.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"document {index} of {fmt.store_name(self.directory)}: {len(self)}")
        if self._kept is None:
            return self._read(index)
        if index not in self._kept:
            self._kept[index] = self._read(index)
        return self._kept[index]

    def _read(self, index: int) -> StoredDocument:
        shard = int(np.searchsorted(self._ends, index, side="right"))
        offset = index - (int(self._ends[shard - 1]) if shard else 0)
        try:
            record = self._reader(shard).read([offset])[0]
            name, ids, lengths = fmt.decode_record(record, self._id_type)
        except (RuntimeError, ValueError, IndexError) as error:
            raise self._corrupt(self.manifest["shards"][shard]["name"], str(error)) from error
        if ids.size and (int(ids.max()) >= self.vocabulary_size or int(ids.min()) < 0):
            raise InputError(
                f"Document {index} ({name!r}) of {fmt.store_name(self.directory)} holds token id "
                f"{int(ids.max())}, beyond its vocabulary of {self.vocabulary_size} pieces. "
                "Make the store again with `keras-albert prepare`."
            )
        return StoredDocument(name, ids, lengths)

    def verify(self) -> None:
        """Compares the checksum of every file; reads the whole store once.

        Raises:
            InputError: a file differs from what was written; it is named.
        """
        for entry in self._files():
            if files.sha256(self.directory / entry["name"]) != entry["sha256"]:
                raise self._corrupt(entry["name"], "its SHA-256 differs from the manifest's")

    def check_tokenizer(self, fingerprint: str | None) -> None:
        """Asks whether the store was made with a tokenizer; `None` asks nothing.

        Raises:
            InputError: it was made with another; both fingerprints are named.
        """
        stored = self.manifest["tokenizer_fingerprint"]
        if fingerprint is not None and fingerprint != stored:
            raise InputError(
                f"{fmt.store_name(self.directory)} was made with another tokenizer: its "
                f"fingerprint is {stored}, the one given has {fingerprint}. Use the vocabulary "
                "the store was made with, or make the store again with `keras-albert prepare`."
            )

    def _files(self) -> list[dict[str, Any]]:
        return [self.manifest["lengths"], *self.manifest["shards"]]

    def _reader(self, shard: int) -> Any:
        with self._lock:
            if shard not in self._readers:
                path = self.directory / self.manifest["shards"][shard]["name"]
                self._readers[shard] = array_record_module.ArrayRecordReader(
                    str(path), "readahead_buffer_size:0", file_reader_buffer_size=1 << 16
                )
            return self._readers[shard]

    def _check_size(self, entry: dict[str, Any]) -> int:
        path = self.directory / entry["name"]
        if not path.is_file():
            raise self._corrupt(entry["name"], "the file is missing")
        size = path.stat().st_size
        if size != entry["bytes"]:
            raise self._corrupt(
                entry["name"], f"it has {size} bytes where {entry['bytes']} were written"
            )
        return size

    def _corrupt(self, name: str, reason: str) -> InputError:
        reason = " ".join(reason.split())
        return InputError(
            f"{self.directory / name} is truncated or corrupt: {reason}. Copy the store again, or "
            "make it again with `keras-albert prepare`."
        )


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / fmt.MANIFEST_NAME
    if not path.is_file():
        raise InputError(
            f"{directory} holds no token store: there is no {fmt.MANIFEST_NAME} in it. Make one "
            "with `keras-albert prepare --output`."
        )
    manifest = files.read_json(path)
    wanted = {
        "format_version", "tokenizer_fingerprint", "vocabulary_size", "counts", "lengths", "shards",
    }  # fmt: skip
    if not isinstance(manifest, dict) or not wanted <= manifest.keys():
        raise InputError(f"{path} is not the manifest of a token store.")
    if manifest["format_version"] != fmt.FORMAT_VERSION:
        raise InputError(
            f"{path} has format version {manifest['format_version']}, this program reads version "
            f"{fmt.FORMAT_VERSION}. Make the store again with `keras-albert prepare`."
        )
    if not _is_whole(manifest):
        raise InputError(
            f"{path} is damaged: a name, a number or a checksum in it is none. Copy the store "
            "again, or make it again with `keras-albert prepare`."
        )
    return manifest


def _is_whole(manifest: dict[str, Any]) -> bool:
    """Whether names are names of files in the folder, and numbers are numbers that agree."""
    counts, shards = manifest["counts"], manifest["shards"]
    if not isinstance(counts, dict) or not isinstance(shards, list):
        return False
    entries = [manifest["lengths"], *shards]
    if not all(isinstance(entry, dict) for entry in entries):
        return False
    names = [entry.get("name") for entry in entries]
    texts = [*(entry.get("sha256") for entry in entries), manifest["tokenizer_fingerprint"]]
    documents = [shard.get("documents") for shard in shards]
    numbers = [
        *(counts.get("documents"), counts.get("tokens"), manifest["vocabulary_size"]),
        *documents,
        *(entry.get("bytes") for entry in entries),
    ]
    return (
        all(
            isinstance(name, str) and name == Path(name).name and "\0" not in name for name in names
        )
        and all(isinstance(text, str) for text in texts)
        and all(type(number) is int and 0 <= number < 2**63 for number in numbers)
        and sum(documents) == counts["documents"]
    )
