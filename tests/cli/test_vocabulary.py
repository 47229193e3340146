"""keras-albert vocabulary."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sentencepiece


def test_it_makes_a_model_that_sentencepiece_reads(vocabulary: Path) -> None:
    model = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary / "spiece.model"))
    assert model.vocab_size() == 600
    assert [model.IdToPiece(i) for i in range(5)] == ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
    assert model.Encode("THE Café", out_type=str) == model.Encode("the cafe", out_type=str)


def test_it_writes_what_it_did(vocabulary: Path, corpus: Path) -> None:
    content = json.loads((vocabulary / "command.json").read_text())
    assert content["command"] == "vocabulary"
    assert content["options"]["corpus"] == [str(corpus)]
    assert content["options"]["size"] == 600
    assert content["result"]["size"] == 600
    assert json.loads((vocabulary / "vocabulary.json").read_text())["sentences_read"] > 500


def test_a_vocabulary_is_not_overwritten_unasked(
    run: Callable[..., Any], refused: Callable[..., str], corpus: Path, tmp_path: Path
) -> None:
    arguments = ["vocabulary", "--corpus", corpus, "--output", tmp_path / "V"]
    first = run(*arguments, "--size", 500)
    assert "--replace" in refused(*arguments, "--size", 600)
    assert run(*arguments, "--size", 500, "--replace") == first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "empty or blank"),
        (b"\x00\x01\x02\x03" * 100, "binary"),
        ("Größe und Maß.\n".encode("latin-1") * 20, "UTF-8"),
        (b"a word " * (50 << 17), "line 1"),
    ],
    ids=["empty", "blank", "binary", "latin-1", "50 MB line"],
)
def test_a_bad_corpus_is_refused(
    refused: Callable[..., str], tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    output = tmp_path / "V"
    line = refused("vocabulary", "--corpus", path, "--size", 600, "--output", output)
    assert "bad.txt" in line
    assert message in line
    assert not output.exists()


def test_a_missing_corpus_is_refused(refused: Callable[..., str], tmp_path: Path) -> None:
    line = refused(
        *(
            "vocabulary",
            "--corpus",
            tmp_path / "none*.txt",
            "--size",
            90,
            "--output",
            tmp_path / "V",
        )
    )
    assert "none*.txt" in line
    assert not (tmp_path / "V").exists()


@pytest.mark.parametrize(("size", "message"), [(100000, "too large"), (12, "too small"), (0, "1")])
def test_a_size_the_corpus_cannot_give_is_refused(
    refused: Callable[..., str], corpus: Path, tmp_path: Path, size: int, message: str
) -> None:
    output = tmp_path / "V"
    line = refused("vocabulary", "--corpus", corpus, "--size", size, "--output", output)
    assert message in line
    assert not output.exists()


def test_several_files_after_one_option(
    run: Callable[..., Any], corpus: Path, vocabulary: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more.txt"
    more.write_text("Another sentence about nothing in particular.\n" * 3)
    run("vocabulary", "--corpus", corpus, more, "--size", 600, "--output", tmp_path / "V")
    one, both = (
        json.loads((v / "vocabulary.json").read_text()) for v in (vocabulary, tmp_path / "V")
    )
    assert both["sentences_read"] == one["sentences_read"] + 3
