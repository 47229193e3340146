"""The token store's format: names, versions, and one document as bytes.

A store is a folder:

    manifest.json              what it holds: versions, tokenizer fingerprint, counts, checksums
    lengths.bin                uint32 [documents, 2], little-endian: tokens and sentences of each
    shard-00000.array_record   one record a document, in the order they were written

A record is

    uint32  bytes of the document's name
    uint32  sentences M
    bytes   the name, UTF-8
    uint32  [M]  tokens of each sentence
    ids     [sum of M], uint16 where the vocabulary has at most 65,536 pieces, else int32

all little-endian, whatever the machine.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
LENGTHS_NAME = "lengths.bin"
LENGTHS_TYPE = np.dtype("<u4")


def shard_name(index: int) -> str:
    """The file name of a shard."""
    return f"shard-{index:05d}.array_record"


def id_type(vocabulary_size: int) -> np.dtype:
    """The type ids are stored as: the smaller one that holds the vocabulary.

    >>> id_type(30000), id_type(100000)
    (dtype('uint16'), dtype('int32'))
    """
    return np.dtype("<u2") if vocabulary_size <= 1 << 16 else np.dtype("<i4")


def encode_record(name: str, sentences: Sequence[np.ndarray], dtype: np.dtype) -> bytes:
    """One document as bytes.

    Args:
        name: the document's name.
        sentences: token ids of each sentence, 1-D.
        dtype: the type of an id, from `id_type`.
    """
    encoded_name = name.encode("utf-8", "surrogatepass")
    header = np.asarray([len(encoded_name), len(sentences)], LENGTHS_TYPE)
    lengths = np.asarray([len(sentence) for sentence in sentences], LENGTHS_TYPE)
    ids = np.concatenate(sentences) if sentences else np.zeros(0)
    return b"".join(
        (header.tobytes(), encoded_name, lengths.tobytes(), ids.astype(dtype).tobytes())
    )


def decode_record(record: bytes, dtype: np.dtype) -> tuple[str, np.ndarray, np.ndarray]:
    """The inverse of `encode_record`.

    Returns:
        The name, the ids of all sentences as int32 `[T]`, and the number of tokens of each
        sentence as int64 `[M]`.

    Raises:
        ValueError: the bytes are not a whole record.
    """
    name_size, num_sentences = (int(x) for x in np.frombuffer(record, LENGTHS_TYPE, 2))
    start = 2 * LENGTHS_TYPE.itemsize
    name = record[start : start + name_size].decode("utf-8", "surrogatepass")
    start += name_size
    lengths = np.frombuffer(record, LENGTHS_TYPE, num_sentences, start).astype(np.int64)
    start += lengths.size * LENGTHS_TYPE.itemsize
    ids = np.frombuffer(record, dtype, -1, start).astype(np.int32)
    if ids.size != lengths.sum():
        raise ValueError(f"{ids.size} ids where the sentence lengths add up to {lengths.sum()}")
    return name, ids, lengths


def store_name(directory: Path) -> str:
    """How messages call a store."""
    return f"the token store {directory}"
