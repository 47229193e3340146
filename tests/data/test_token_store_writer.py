"""TokenStoreWriter: whole or not at all, the same bytes from the same documents."""

import errno
import hashlib

import numpy as np
import pytest
from array_record.python import array_record_module

from keras_albert.data import token_store_format as fmt
from keras_albert.data.token_store import TokenStore
from keras_albert.data.token_store_writer import TokenStoreWriter
from keras_albert.errors import InputError


def open_writer(directory, vocabulary_size=1000, **options):
    return TokenStoreWriter(
        directory, tokenizer_fingerprint="aa", vocabulary_size=vocabulary_size, **options
    )


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
