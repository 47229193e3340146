"""keras-albert export: what it hands to the exporters, which have tests of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import keras_albert.export as exporters


@pytest.mark.parametrize("artifact_format", ["saved-model", "tflite"])
def test_options_reach_the_exporter(
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    artifact_format: str,
) -> None:
    seen: dict[str, Any] = {}

    def exporter(model: str, output: Path, progress: Any, **options: Any) -> dict[str, Any]:
        seen.update(options, model=model)
        progress("a stage")
        output.mkdir()
        return {"bytes": 5}

    name = "export_" + artifact_format.replace("-", "_")
    monkeypatch.setattr(exporters, name, exporter)
    more = ["--quantize", "int8"] if artifact_format == "tflite" else []
    result = run(
        *("export", "--model", "M", "--format", artifact_format, "--output", tmp_path / "A"),
        *("--depth", 2, "--sequence-length", 16, "--replace", *more),
    )
    assert result["bytes"] == 5
    assert (seen["model"], seen["depth"], seen["sequence_length"]) == ("M", 2, 16)
    assert seen["replace"] is True
    assert seen.get("quantize") == ("int8" if more else None)
    kept = json.loads((tmp_path / "A" / "command.json").read_text())
    assert kept["options"]["artifact_format"] == artifact_format


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "tflight"], "Did you mean 'tflite'?"),
        (["--format", "tflite", "--quantize", "int4"], "Did you mean 'int8'?"),
        (["--format", "saved-model", "--quantize", "int8"], "goes with --format tflite"),
        (["--format", "tflite", "--depth", "9"], "2 layers"),
        (["--format", "tflite", "--sequence-length", "600"], "32"),
    ],
)
def test_bad_options_are_refused(
    refused: Callable[..., str], finetuned: Path, tmp_path: Path, options: list[str], message: str
) -> None:
    output = tmp_path / "A"
    assert message in refused("export", "--model", finetuned, "--output", output, *options)
    assert list(tmp_path.iterdir()) == []


def test_an_occupied_output_is_refused(
    refused: Callable[..., str], finetuned: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    arguments = ["--model", finetuned, "--format", "tflite", "--output", tmp_path]
    assert "not empty" in refused("export", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
