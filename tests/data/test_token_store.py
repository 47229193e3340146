"""TokenStore and TokenStoreWriter: what is written is read, and bad files are named."""

import errno
import hashlib
import json
import struct

import numpy as np
import pytest
from array_record.python import array_record_module
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_albert.data import token_store_format as fmt
from keras_albert.data.token_store import TokenStore
from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.errors import InputError


def open_writer(directory, vocabulary_size=1000, **options):
    return TokenStoreWriter(
        directory, tokenizer_fingerprint="aa", vocabulary_size=vocabulary_size, **options
    )


def assert_same(stored, sentences):
    assert len(stored.sentences) == len(sentences)
    for got, wanted in zip(stored.sentences, sentences, strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_reads_what_was_written(store, documents):
    assert len(store) == len(documents)
    for index in np.random.default_rng(0).permutation(len(documents)):
        stored = store[int(index)]
        assert stored.id == f"document-{index}"
        assert stored.ids.dtype == np.int32
        assert_same(stored, documents[index])


def test_manifest_counts_and_checksums_come_from_the_data(store, documents):
    counts = store.manifest["counts"]
    assert counts["documents"] == len(documents)
    assert counts["sentences"] == sum(map(len, documents))
    assert counts["tokens"] == sum(len(s) for d in documents for s in d)
    assert counts["one_sentence_documents"] == sum(len(d) == 1 for d in documents)
    for entry in [store.manifest["lengths"], *store.manifest["shards"]]:
        content = (store.directory / entry["name"]).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_lengths_index_holds_tokens_and_sentences(store, documents):
    wanted = [[sum(map(len, d)), len(d)] for d in documents]
    np.testing.assert_array_equal(store.lengths, wanted)
    assert isinstance(store.lengths, np.memmap)


def test_a_record_is_plain_bytes_that_struct_reads(store, documents):
    """The layout of the docstring, read without our code."""
    path = str(store.directory / store.manifest["shards"][0]["name"])
    record = array_record_module.ArrayRecordReader(path).read([3])[0]
    name_size, num_sentences = struct.unpack_from("<II", record)
    name = record[8 : 8 + name_size].decode()
    lengths = struct.unpack_from(f"<{num_sentences}I", record, 8 + name_size)
    ids = struct.unpack_from(f"<{sum(lengths)}H", record, 8 + name_size + 4 * num_sentences)
    assert name == "document-3"
    assert list(lengths) == [len(sentence) for sentence in documents[3]]
    assert list(ids) == np.concatenate(documents[3]).tolist()


@given(
    name=st.text(max_size=20),
    sentences=st.lists(
        hnp.arrays(np.int32, st.integers(1, 50), elements=st.integers(0, 99999)), max_size=8
    ),
)
def test_records_round_trip(name, sentences):
    dtype = fmt.id_type(100_000)
    got_name, ids, lengths = fmt.decode_record(fmt.encode_record(name, sentences, dtype), dtype)
    assert got_name == name
    assert lengths.tolist() == [len(sentence) for sentence in sentences]
    assert ids.tolist() == [i for sentence in sentences for i in sentence]


def test_vocabularies_beyond_16_bits(tmp_path):
    with open_writer(tmp_path / "s", vocabulary_size=70_000) as writer:
        writer.write("a", [np.array([69_999, 1]), np.array([0])])
    assert TokenStore(tmp_path / "s")[0].ids.tolist() == [69_999, 1, 0]


def test_several_shards_read_as_one(make_store, documents):
    store = make_store(documents, shard_bytes=3000)
    assert len(store.manifest["shards"]) > 3
    for index, sentences in enumerate(documents):
        assert_same(store[index], sentences)
    with pytest.raises(IndexError):
        store[len(documents)]


def test_same_documents_give_same_bytes(make_store, documents):
    first, second = make_store(documents), make_store(documents)
    for name in (fmt.MANIFEST_NAME, fmt.LENGTHS_NAME, fmt.shard_name(0)):
        assert (first.directory / name).read_bytes() == (second.directory / name).read_bytes()


def test_empty_sentences_and_documents_are_skipped_and_counted(tmp_path):
    with open_writer(tmp_path / "s") as writer:
        writer.write("none", [])
        writer.write("blank", [np.array([], np.int32)])
        writer.write("one", [np.array([5]), np.array([], np.int32)])
    counts = TokenStore(tmp_path / "s").manifest["counts"]
    assert (counts["documents"], counts["one_sentence_documents"]) == (1, 1)
    assert (counts["empty_documents_skipped"], counts["empty_sentences_skipped"]) == (2, 2)


def test_an_empty_corpus_is_an_error(tmp_path):
    with pytest.raises(InputError, match="No document was written.*empty"):
        with open_writer(tmp_path / "s") as writer:
            writer.write("none", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [-1, 1000])
def test_ids_beyond_the_vocabulary_are_refused(tmp_path, bad):
    with pytest.raises(InputError, match=rf"Token id {bad} .*'page'.*1000 pieces"):
        with open_writer(tmp_path / "s") as writer:
            writer.write("good", [np.array([5, 999])])
            writer.write("page", [np.array([5, bad])])
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with open_writer(tmp_path / "s") as writer:
            writer.write("a", [np.array([5])])
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_kept_unless_told(make_store, documents, tmp_path):
    old = make_store(documents)
    with pytest.raises(InputError, match="already exists"):
        with open_writer(old.directory) as writer:
            writer.write("a", [np.array([5])])
    assert len(TokenStore(old.directory)) == len(documents)
    with open_writer(old.directory, replace=True) as writer:
        writer.write("a", [np.array([5])])
    assert len(TokenStore(old.directory)) == 1


class FullDisk:
    """An ArrayRecord writer on a disk that fills up, with the library's own words."""

    def __init__(self, where):
        self.where = where

    def __call__(self, path, options):
        return self

    def _fail(self):
        raise RuntimeError(
            "write() failed: No space left on device; writing shard; at byte 0; Failed to close"
        )

    def write(self, record):
        if self.where == "write":
            self._fail()

    def close(self):
        self._fail()


@pytest.mark.parametrize("where", ["write", "close"])
def test_a_full_disk_is_one_clear_error(tmp_path, monkeypatch, where):
    monkeypatch.setattr(array_record_module, "ArrayRecordWriter", FullDisk(where))
    with pytest.raises(InputError, match="disk is full") as caught:
        with open_writer(tmp_path / "s") as writer:
            writer.write("a", [np.array([5])])
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_array_record_says_what_the_simulation_says():
    """The real library on the device that is always full."""
    writer = array_record_module.ArrayRecordWriter("/dev/full", "group_size:1")
    with pytest.raises(RuntimeError, match="No space left"):
        for _ in range(100):
            writer.write(bytes(1 << 16))
        writer.close()


def test_another_tokenizer_names_both_fingerprints(store):
    with pytest.raises(InputError, match="another tokenizer") as caught:
        TokenStore(store.directory, "other-fingerprint")
    assert "other-fingerprint" in str(caught.value)
    assert store.manifest["tokenizer_fingerprint"] in str(caught.value)
    assert "keras-albert prepare" in str(caught.value)
    TokenStore(store.directory, store.manifest["tokenizer_fingerprint"])


@pytest.mark.parametrize("name", [fmt.LENGTHS_NAME, fmt.shard_name(1)])
def test_a_truncated_or_missing_file_is_named(make_store, documents, name):
    store = make_store(documents, shard_bytes=3000)
    path = store.directory / name
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(InputError, match=rf"{name} is truncated or corrupt: it has \d+ bytes"):
        TokenStore(store.directory)
    path.unlink()
    with pytest.raises(InputError, match=f"{name} is truncated or corrupt: the file is missing"):
        TokenStore(store.directory)


def test_a_changed_byte_is_found(make_store, documents):
    store = make_store(documents)
    name = fmt.shard_name(0)
    content = bytearray((store.directory / name).read_bytes())
    # Near the start: the end of the file is padding.
    content[len(content) // 10] ^= 255
    (store.directory / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name} is truncated or corrupt: its SHA-256"):
        TokenStore(store.directory)
    unchecked = TokenStore(store.directory, verify=False)
    with pytest.raises(InputError, match=f"{name} is truncated or corrupt"):
        for index in range(len(unchecked)):
            unchecked[index]
    with pytest.raises(InputError, match="SHA-256"):
        unchecked.verify()


def test_no_manifest_no_store(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InputError, match="no token store.*manifest.json"):
            TokenStore(folder)
    (tmp_path / fmt.MANIFEST_NAME).write_text("[1, 2]")
    with pytest.raises(InputError, match="not the manifest"):
        TokenStore(tmp_path)
    (tmp_path / fmt.MANIFEST_NAME).write_bytes(b"\xff\x00")
    with pytest.raises(InputError, match="not a JSON file"):
        TokenStore(tmp_path)


def rewrite_manifest(store, **changes):
    path = store.directory / fmt.MANIFEST_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_another_format_version_is_refused(make_store, documents):
    store = make_store(documents)
    rewrite_manifest(store, format_version=99)
    with pytest.raises(InputError, match="format version 99"):
        TokenStore(store.directory)


def test_stored_ids_beyond_the_vocabulary_are_refused(make_store, documents):
    store = make_store(documents)
    rewrite_manifest(store, vocabulary_size=50)
    with pytest.raises(InputError, match="beyond its vocabulary of 50 pieces"):
        TokenStore(store.directory)[0]
