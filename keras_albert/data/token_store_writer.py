"""Writes tokenised documents to disk, whole or not at all."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from array_record.python import array_record_module

from keras_albert import files
from keras_albert.data import token_store_format as fmt
from keras_albert.errors import InputError
from keras_albert.folder_lock import folder_lock


class TokenStoreWriter:
    """Writes a token store; a context manager.

    The folder appears under its name when the `with` block ends without an error; until then it
    is written aside, and after an error nothing of it is left. The same documents in the same
    order give the same bytes.

    Args:
        directory: the folder to make.
        tokenizer_fingerprint: of the tokenizer the ids come from.
        vocabulary_size: its number of pieces V; an id of V or more is an error.
        source: what the documents were read from, kept in the manifest.
        shard_bytes: a shard is closed when its records reach this size, in bytes before
            compression. A record is never split. ArrayRecord keeps an index of the open shard in
            memory, some 300 bytes a document: small shards bound it.
        replace: whether an existing folder gives way.

    Raises:
        InputError: the folder is not empty and `replace` is false; another process is writing it;
            the disk is full; no document was written.

    Example:
        with TokenStoreWriter("store", tokenizer_fingerprint=f, vocabulary_size=8000) as writer:
            writer.write("page-1", [np.array([5, 6, 7]), np.array([8, 9])])
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        tokenizer_fingerprint: str,
        vocabulary_size: int,
        source: Sequence[str] | str = (),
        shard_bytes: int = 32 << 20,
        replace: bool = False,
    ) -> None:
        self.directory = Path(directory)
        self.vocabulary_size = int(vocabulary_size)
        self._fingerprint = tokenizer_fingerprint
        self._source = [source] if isinstance(source, str) else list(source)
        self._shard_bytes = shard_bytes
        self._replace = replace
        self._id_type = fmt.id_type(self.vocabulary_size)
        self._writer: Any = None
        self._bytes_in_shard = 0
        self._shards: list[dict[str, Any]] = []
        self.counts = {
            "documents": 0,
            "sentences": 0,
            "tokens": 0,
            "one_sentence_documents": 0,
            "empty_documents_skipped": 0,
            "empty_sentences_skipped": 0,
        }
        self._manifest: dict[str, Any] | None = None

    @property
    def aside(self) -> Path:
        """The folder being written: what else is put into it appears with the store."""
        return self._aside

    @property
    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` holds; known once the `with` block has ended."""
        if self._manifest is None:
            raise RuntimeError("The manifest is known when the writer's `with` block has ended.")
        return self._manifest

    def __enter__(self) -> Self:
        self._context = self._lifetime()
        self._context.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._context.__exit__(kind, error, trace)

    @contextmanager
    def _lifetime(self) -> Iterator[None]:
        with (
            folder_lock(self.directory),
            files.write_directory_aside(self.directory, replace=self._replace) as self._aside,
        ):
            with (self._aside / fmt.LENGTHS_NAME).open("wb") as self._lengths:
                try:
                    yield
                    self._finish()
                finally:
                    # Open here only after an error: closed to free the file, and its own error
                    # kept back, because the first one is the one to tell.
                    if self._writer is not None:
                        with suppress(Exception):
                            self._writer.close()

    def write(self, name: str, sentences: Sequence[np.ndarray]) -> None:
        """Appends a document.

        Args:
            name: the document's name, to find it again.
            sentences: token ids of each sentence, 1-D integers without special pieces. Empty
                sentences are dropped; a document that has none left is skipped. Both are counted.

        Raises:
            InputError: an id is negative or not below the vocabulary size; the disk is full.
        """
        kept = [np.asarray(sentence) for sentence in sentences if len(sentence)]
        self.counts["empty_sentences_skipped"] += len(sentences) - len(kept)
        if not kept:
            self.counts["empty_documents_skipped"] += 1
            return
        for number, sentence in enumerate(kept):
            smallest, largest = int(sentence.min()), int(sentence.max())
            if smallest < 0 or largest >= self.vocabulary_size:
                bad = smallest if smallest < 0 else largest
                raise InputError(
                    f"Token id {bad} in sentence {number} of document {name!r} is outside the "
                    f"vocabulary of {self.vocabulary_size} pieces (0 to "
                    f"{self.vocabulary_size - 1}). Tokenize with the store's own vocabulary."
                )
        record = fmt.encode_record(name, kept, self._id_type)
        if self._writer is not None and self._bytes_in_shard >= self._shard_bytes:
            self._close_shard()
        tokens = sum(len(sentence) for sentence in kept)
        with _disk_full_named(self._aside):
            if self._writer is None:
                self._open_shard()
            self._writer.write(record)
            self._lengths.write(np.asarray([tokens, len(kept)], fmt.LENGTHS_TYPE).tobytes())
        self._bytes_in_shard += len(record)
        self._shards[-1]["documents"] += 1
        self.counts["documents"] += 1
        self.counts["sentences"] += len(kept)
        self.counts["tokens"] += tokens
        self.counts["one_sentence_documents"] += len(kept) == 1

    def _open_shard(self) -> None:
        name = fmt.shard_name(len(self._shards))
        # One document a group: a random read then decompresses that document alone. One thread
        # and a fixed codec, so that the bytes do not depend on the machine.
        options = "group_size:1,zstd:3,max_parallelism:1"
        self._writer = array_record_module.ArrayRecordWriter(str(self._aside / name), options)
        self._shards.append({"name": name, "documents": 0})
        self._bytes_in_shard = 0

    def _close_shard(self) -> None:
        writer, self._writer = self._writer, None
        with _disk_full_named(self._aside):
            writer.close()

    def _finish(self) -> None:
        if self._writer is not None:
            self._close_shard()
        if not self.counts["documents"]:
            raise InputError(
                f"No document was written to {fmt.store_name(self.directory)}: the corpus is empty "
                f"({self.counts['empty_documents_skipped']} empty documents were skipped)."
            )
        self._lengths.close()
        for entry in [*self._shards, lengths := {"name": fmt.LENGTHS_NAME}]:
            path = self._aside / entry["name"]
            entry["bytes"] = path.stat().st_size
            entry["sha256"] = files.sha256(path)
        self._manifest = {
            "format": "keras_albert token store",
            "format_version": fmt.FORMAT_VERSION,
            "tokenizer_fingerprint": self._fingerprint,
            "vocabulary_size": self.vocabulary_size,
            "id_type": self._id_type.name,
            "source": self._source,
            "counts": dict(self.counts),
            "lengths": lengths,
            "shards": self._shards,
        }
        files.write_json(self._aside / fmt.MANIFEST_NAME, self._manifest)


@contextmanager
def _disk_full_named(path: Path) -> Iterator[None]:
    """Gives ArrayRecord's error on a full disk the number the rest of the code looks for."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        if "No space left" in str(error) or "RESOURCE_EXHAUSTED" in str(error):
            raise OSError(errno.ENOSPC, "No space left on device", str(path)) from error
        raise
