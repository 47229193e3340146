"""Corpus to store: the ids are the tokenizer's, the bytes do not depend on the workers."""

import gzip
import json
import os
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest

from keras_albert.data import prepare as prepare_module
from keras_albert.data.prepare import prepare, prepare_documents
from keras_albert.data.token_store import TokenStore
from keras_albert.errors import InputError
from keras_albert.text.corpus import Document


def make_documents(count=50, seed=0):
    generator = np.random.default_rng(seed)
    return [
        Document(
            f"page {number}",
            [
                " ".join(f"w{i}" for i in generator.integers(0, 500, generator.integers(1, 20)))
                for _ in range(generator.integers(1, 12))
            ],
            "memory",
        )
        for number in range(count)
    ]


def content(directory):
    files = [path for path in directory.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files}


def test_the_store_holds_what_the_tokenizer_says(tmp_path, tokenizer):
    documents = make_documents()
    manifest = prepare_documents(documents, tokenizer, tmp_path / "s", source=["memory"])
    store = TokenStore(tmp_path / "s", tokenizer.fingerprint)
    assert len(store) == len(documents)
    assert manifest["source"] == ["memory"]
    for number, document in enumerate(documents):
        assert store[number].id == document.id
        for got, text in zip(store[number].sentences, document.sentences, strict=True):
            np.testing.assert_array_equal(got, tokenizer.encode([text])[0])


def test_the_vocabulary_is_in_the_store_when_it_appears(tmp_path, tokenizer, monkeypatch):
    seen = []

    def replace(source, destination):
        seen.append({path.name for path in Path(source).rglob("*")})
        rename(source, destination)

    rename = os.replace
    monkeypatch.setattr(os, "replace", replace)
    prepare_documents(make_documents(), tokenizer, tmp_path / "s")
    assert {"stub.json", "manifest.json"} <= seen[-1]
    assert type(tokenizer).load(tmp_path / "s" / "tokenizer").fingerprint == tokenizer.fingerprint


def test_files_in_several_forms_become_one_store(tmp_path, tokenizer):
    (tmp_path / "a.txt").write_text("One two.\nThree four.\n\nFive six.\nSeven.\n")
    line = json.dumps({"id": "j", "paragraphs": ["Alpha beta gamma. Delta epsilon zeta."]})
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(line.encode() + b"\n"))
    sources = [str(tmp_path / "a.txt"), str(tmp_path / "*.gz")]
    manifest = prepare(sources, tokenizer, tmp_path / "s")
    assert manifest["source"] == sources
    assert manifest["counts"]["documents"] == 3
    assert manifest["counts"]["sentences"] == 6
    assert TokenStore(tmp_path / "s")[2].id == "j"


def test_two_workers_write_the_bytes_of_one(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr(prepare_module, "BLOCK_CHARACTERS", 1000)
    # As from the command line, whose processes load no model.
    monkeypatch.setattr(sys, "argv", ["keras-albert", "prepare"])
    for workers in (1, 2):
        prepare_documents(make_documents(), tokenizer, tmp_path / str(workers), workers=workers)
    assert content(tmp_path / "1") == content(tmp_path / "2")


def test_blocks_do_not_change_the_bytes(tmp_path, tokenizer, monkeypatch):
    prepare_documents(make_documents(), tokenizer, tmp_path / "a")
    monkeypatch.setattr(prepare_module, "BLOCK_DOCUMENTS", 1)
    prepare_documents(make_documents(), tokenizer, tmp_path / "b")
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_progress_counts_up(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr(prepare_module, "BLOCK_DOCUMENTS", 10)
    seen = []
    manifest = prepare_documents(make_documents(), tokenizer, tmp_path / "s", progress=seen.append)
    assert [counts["documents"] for counts in seen] == [10, 20, 30, 40, 50]
    assert seen[-1] == manifest["counts"]


def test_the_corpus_is_read_as_it_is_needed(tmp_path, tokenizer, monkeypatch):
    """At no time are more documents in hand than a block."""
    monkeypatch.setattr(prepare_module, "BLOCK_DOCUMENTS", 5)
    read = [0]

    def documents():
        for document in make_documents():
            read[0] += 1
            yield document

    written = []

    def progress(counts):
        written.append(counts["documents"])
        assert read[0] - written[-1] <= 5

    prepare_documents(documents(), tokenizer, tmp_path / "s", progress=progress)
    assert written[-1] == 50


def test_long_documents_are_stored_in_parts(tmp_path, tokenizer):
    documents = make_documents()
    prepare_documents(documents, tokenizer, tmp_path / "whole")
    prepare_documents(documents, tokenizer, tmp_path / "parts", max_document_tokens=40)
    whole, parts = TokenStore(tmp_path / "whole"), TokenStore(tmp_path / "parts")
    assert len(parts) > len(whole)
    joined = {}
    for i in range(len(parts)):
        stored = parts[i]
        assert len(stored.lengths) > 1 or "#" not in stored.id
        joined.setdefault(stored.id.split("#")[0], []).extend(stored.sentences)
    for i in range(len(whole)):
        for got, wanted in zip(joined[whole[i].id], whole[i].sentences, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_an_error_in_the_corpus_leaves_nothing(tmp_path, tokenizer):
    def documents():
        yield from make_documents(3)
        raise InputError("line 4 is broken")

    with pytest.raises(InputError, match="line 4 is broken"):
        prepare_documents(documents(), tokenizer, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_bad_arguments(tmp_path, tokenizer):
    with pytest.raises(InputError, match="workers is 0"):
        prepare_documents(make_documents(), tokenizer, tmp_path / "s", workers=0)
    with pytest.raises(InputError, match="No document was written"):
        prepare_documents([], tokenizer, tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


class BrokenPool(ProcessPoolExecutor):
    """A pool whose first process dies, as the kernel ends one that takes all memory."""

    def submit(self, function, *args):
        future = Future()
        future.set_exception(BrokenProcessPool("A process was terminated abruptly."))
        return future


def test_a_worker_that_dies_is_one_clear_error(tmp_path, tokenizer, monkeypatch):
    monkeypatch.setattr(prepare_module, "ProcessPoolExecutor", BrokenPool)
    with pytest.raises(InputError, match="tokenizing process died"):
        prepare_documents(make_documents(), tokenizer, tmp_path / "s", workers=2)
    assert list(tmp_path.iterdir()) == []
