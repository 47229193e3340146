"""keras-albert evaluate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_it_measures_beside_chance_and_keeps_it(
    run: Callable[..., Any], pretrained: Path, held_out: Path
) -> None:
    result = run("evaluate", "--model", pretrained, "--data", held_out)
    for part in ("masked_tokens", "sentence_order"):
        low, high = result[part]["interval"]
        assert 0 <= low <= result[part]["accuracy"] <= high <= 1
        assert result[part]["n"] > 0
    assert result["sentence_order"]["chance"]["accuracy"] == 0.5
    kept = json.loads((pretrained / "evaluation.json").read_text())
    assert kept["result"] == result
    assert kept["options"]["data"] == str(held_out)


def test_the_output_can_be_chosen(
    run: Callable[..., Any], pretrained: Path, held_out: Path, tmp_path: Path
) -> None:
    result = run(
        *("evaluate", "--model", pretrained / "model", "--data", held_out),
        *("--output", tmp_path / "e.json", "--sequence-length", 24),
    )
    assert json.loads((tmp_path / "e.json").read_text())["result"] == result
    assert result["settings"]["sequence_length"] == 24


def test_bad_input_is_refused(
    refused: Callable[..., str], pretrained: Path, held_out: Path, tmp_path: Path
) -> None:
    assert str(tmp_path) in refused("evaluate", "--model", tmp_path, "--data", held_out)
    assert str(tmp_path) in refused("evaluate", "--model", pretrained, "--data", tmp_path)
    arguments = ["--model", pretrained, "--data", held_out, "--output", tmp_path / "e.json"]
    assert "600" in refused("evaluate", *arguments, "--sequence-length", 600)
    assert not (tmp_path / "e.json").exists()
