"""keras-albert predict."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


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
    run: Callable[..., Any], finetuned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\ntwo\n"))
    answers = run("predict", "--model", finetuned, "--text", "-")
    assert [answer["text"] for answer in answers] == ["one", "two"]


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
