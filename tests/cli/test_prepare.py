"""keras-albert prepare."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keras_albert.data.token_store import TokenStore
from keras_albert.text.normalization import normalize
from keras_albert.text.tokenizers.tokenizer import AlbertTokenizer


def test_the_store_holds_the_corpus(store: Path, corpus: Path, vocabulary: Path) -> None:
    tokenizer = AlbertTokenizer.load(vocabulary)
    content = TokenStore(store, tokenizer.fingerprint)
    pages = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    assert [content[i].id for i in range(len(content))] == [page["id"] for page in pages]
    stored = " ".join(tokenizer.decode(ids) for ids in content[3].sentences)
    assert stored.split() == normalize(" ".join(pages[3]["paragraphs"])).split()


def test_it_keeps_the_vocabulary_and_what_it_did(store: Path, vocabulary: Path) -> None:
    copy = (store / "tokenizer" / "spiece.model").read_bytes()
    assert copy == (vocabulary / "spiece.model").read_bytes()
    content = json.loads((store / "command.json").read_text())
    assert content["options"]["vocabulary"] == str(vocabulary)
    assert content["result"]["documents"] == 40
    assert content["result"]["tokens"] > 10_000


def test_the_number_of_workers_is_checked(
    refused: Callable[..., str], corpus: Path, vocabulary: Path, tmp_path: Path
) -> None:
    arguments = ["--corpus", corpus, "--vocabulary", vocabulary, "--output", tmp_path / "S"]
    assert "workers" in refused("prepare", *arguments, "--workers", 0)
    assert not (tmp_path / "S").exists()


def test_a_store_is_not_overwritten_unasked(
    run: Callable[..., Any],
    refused: Callable[..., str],
    corpus: Path,
    vocabulary: Path,
    tmp_path: Path,
) -> None:
    arguments = ["--corpus", corpus, "--vocabulary", vocabulary, "--output", tmp_path]
    (tmp_path / "mine.txt").write_text("precious")
    assert "not empty" in refused("prepare", *arguments)
    assert (tmp_path / "mine.txt").read_text() == "precious"
    run("prepare", *arguments, "--replace")
    assert not (tmp_path / "mine.txt").exists()


@pytest.mark.parametrize("content", [None, b"", b"no model at all"])
def test_a_bad_vocabulary_is_refused(
    refused: Callable[..., str], corpus: Path, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "V"
    if content is not None:
        folder.mkdir()
        (folder / "spiece.model").write_bytes(content)
    line = refused(
        *("prepare", "--corpus", corpus, "--vocabulary", folder, "--output", tmp_path / "S")
    )
    assert str(folder) in line
    assert not (tmp_path / "S").exists()


def test_a_full_disk_leaves_nothing(
    refused: Callable[..., str],
    corpus: Path,
    vocabulary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    output = tmp_path / "out" / "S"
    monkeypatch.setattr(os, "fsync", full)
    arguments = ["--corpus", corpus, "--vocabulary", vocabulary, "--output", output]
    assert "disk is full" in refused("prepare", *arguments)
    assert not output.parent.exists() or list(output.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "A sentence. Another."', "line 1"),
        ("[1, 2]", "line 1"),
        ('{"txt": "A sentence."}', "'txt'"),
        ('{"text": 5}', "line 1"),
    ],
)
def test_bad_json_lines_are_refused(
    refused: Callable[..., str], vocabulary: Path, tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n")
    arguments = ["--corpus", path, "--vocabulary", vocabulary, "--output", tmp_path / "S"]
    shown = refused("prepare", *arguments)
    assert "bad.jsonl" in shown
    assert message in shown
    assert not (tmp_path / "S").exists()
