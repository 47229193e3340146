"""TokenStore: what is written is read, and bad files are named."""

import json

import numpy as np
import pytest

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


def test_lengths_index_holds_tokens_and_sentences(store, documents):
    wanted = [[sum(map(len, d)), len(d)] for d in documents]
    np.testing.assert_array_equal(store.lengths, wanted)
    assert isinstance(store.lengths, np.memmap)


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


def test_documents_are_the_same_kept_in_memory_or_read_each_time(store, documents, monkeypatch):
    monkeypatch.setattr("keras_albert.data.token_store.KEPT_TOKENS", 0)
    large = TokenStore(store.directory)
    for index, sentences in enumerate(documents):
        for _ in range(2):
            assert_same(large[index], sentences)
            assert_same(store[index], sentences)
    # A small store is read once; of a large one nothing stays.
    assert store[0] is store[0]
    assert large[0] is not large[0]


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


@pytest.mark.parametrize(
    "change",
    [
        {"vocabulary_size": [1000]},
        {"vocabulary_size": "1000"},
        {"counts": 3},
        {"counts": {"documents": "many", "tokens": 3}},
        {"counts": {"documents": 39, "tokens": 3}},
        {"lengths": None},
        {"lengths": {"name": "../x", "bytes": 3, "sha256": ""}},
        {"shards": {}},
        {"shards": [{"name": 3}]},
        {"tokenizer_fingerprint": None},
    ],
)
def test_a_damaged_manifest_is_named(make_store, documents, change):
    store = make_store(documents)
    path = store.directory / fmt.MANIFEST_NAME
    path.write_text(json.dumps({**store.manifest, **change}))
    with pytest.raises(InputError, match=f"{fmt.MANIFEST_NAME} is damaged"):
        TokenStore(store.directory)


def test_stored_ids_beyond_the_vocabulary_are_refused(make_store, documents):
    store = make_store(documents)
    rewrite_manifest(store, vocabulary_size=50)
    with pytest.raises(InputError, match="beyond its vocabulary of 50 pieces"):
        TokenStore(store.directory)[0]
