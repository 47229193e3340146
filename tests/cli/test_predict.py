"""keras-albert predict."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keras_albert.cli import main


def test_a_classifier_answers_with_labels(run: Callable[..., Any], finetuned: Path) -> None:
    answers = run("predict", "--model", finetuned, "--text", "a number 1", "b number 2")
    assert [answer["text"] for answer in answers] == ["a number 1", "b number 2"]
    for answer in answers:
        assert answer["label"] in ("a", "b")
        assert sum(answer["scores"].values()) == pytest.approx(1, abs=1e-5)


def test_a_pretrained_model_fills_masks(run: Callable[..., Any], pretrained: Path) -> None:
    (answer,) = run(
        *("predict", "--model", pretrained, "--text", "The [MASK] is a [MASK].", "--top-k", 3)
    )
    assert len(answer["masks"]) == 2


def test_texts_come_from_standard_input_too(
    run: Callable[..., Any],
    refused: Callable[..., str],
    finetuned: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\r\ntwo\n")))
    answers = run("predict", "--model", finetuned, "--text", "-")
    assert [answer["text"] for answer in answers] == ["one", "two"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\n\xff\n")))
    assert "standard input:2 is not UTF-8" in refused(
        "predict", "--model", finetuned, "--text", "-"
    )


def test_pairs(run: Callable[..., Any], finetuned: Path) -> None:
    answers = run(
        *("predict", "--model", finetuned, "--text", "one", "two", "--text-pair", "three", "four")
    )
    assert len(answers) == 2


def test_bad_input_is_refused(refused: Callable[..., str], finetuned: Path, tmp_path: Path) -> None:
    line = refused("predict", "--model", finetuned, "--text", "a", "b", "--text-pair", "c")
    assert "2 texts and 1" in line
    assert str(tmp_path) in refused("predict", "--model", tmp_path, "--text", "a")
    assert "albert_base_v2" in refused("predict", "--model", "albert_bsae_v2", "--text", "a")
    assert "no text" in refused("predict", "--model", finetuned, "--text", " ")
    assert "--top-k" in refused("predict", "--model", finetuned, "--text", "a", "--top-k", 0)


def test_a_file_is_answered_line_by_line(
    run: Callable[..., Any], refused: Callable[..., str], finetuned: Path, tmp_path: Path
) -> None:
    path, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text('{"id": 7, "text": "a number 1"}\n{"txt": "b"}\n{"text": "b number 2"}\n')
    command = ("predict", "--model", finetuned, "--input", path, "--output", output)
    assert f"{path}:2" in refused(*command)
    assert not output.exists()
    result = run(*command, "--skip-bad")
    assert (result["answered"], result["skipped"], result["resumed"]) == (2, 1, 1)
    first, bad, last = (json.loads(line) for line in output.read_text().splitlines())
    assert (first["id"], first["text"], last["line"]) == (7, "a number 1", 3)
    assert f"{path}:2" in bad["error"]
    assert "already exists" in refused(*command)


def test_standard_input_is_answered_on_standard_output(
    finetuned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"one\ntwo\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["predict", "--model", str(finetuned), "--input", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]


def test_options_that_do_not_go_together(refused: Callable[..., str], tmp_path: Path) -> None:
    model = ("predict", "--model", tmp_path)
    assert "either --text or --input" in refused(*model)
    assert "either --text or --input" in refused(*model, "--text", "a", "--input", "-")
    assert "--output goes with --input" in refused(*model, "--text", "a", "--output", "o")
    assert "does not exist" in refused(*model, "--input", tmp_path / "none.jsonl")


def test_a_depth_is_run_and_one_beyond_is_refused(
    run: Callable[..., Any], refused: Callable[..., str], finetuned: Path
) -> None:
    command = ("predict", "--model", finetuned, "--text", "a number 1")
    whole = run(*command, "--depth", 2)
    assert whole[0]["score"] == pytest.approx(run(*command)[0]["score"], abs=1e-5)
    shallow = run(*command, "--depth", 1)
    assert abs(shallow[0]["score"] - whole[0]["score"]) > 1e-7
    assert "2 layers" in refused(*command, "--depth", 3)
    assert "--exit" in refused(*command, "--depth", 1, "--exit", "0.9")
