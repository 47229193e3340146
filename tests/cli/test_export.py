"""keras-albert export: what it hands to the exporters, which have tests of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import keras_albert.export
from keras_albert.cli.export import FORMATS, QUANTIZATIONS
from keras_albert.export import exporting, formats


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--format", "saved-model", "--tokens-only"], {"tokens_only": True}),
        (["--format", "onnx", "--quantize", "float32"], {}),
        (["--format", "tflite", "--lengths", "32,16"], {"lengths": [16, 32]}),
        (["--format", "tflite", "--strings", "--quantize", "int8"], {"strings": True}),
    ],
)
def test_options_reach_the_exporter(
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    expected: dict[str, Any],
) -> None:
    seen: dict[str, Any] = {}

    def exporter(name: str, model: str, output: Path, progress: Any, **settings: Any) -> Any:
        seen.update(settings, model=model, name=name)
        progress("a stage")
        output.mkdir()
        return {"bytes": 5}

    monkeypatch.setattr(exporting, "export", exporter)
    result = run(
        *("export", "--model", "M", "--output", tmp_path / "A", *arguments),
        *("--depth", 2, "--sequence-length", 16, "--replace"),
    )
    assert result["bytes"] == 5
    assert (seen["model"], seen["name"]) == ("M", arguments[1])
    assert (seen["depth"], seen["sequence_length"]) == (2, 16)
    assert seen["replace"] is True
    assert seen["quantize"] == ("int8" if "int8" in arguments else None)
    assert seen["options"] == expected
    kept = json.loads((tmp_path / "A" / "command.json").read_text())
    assert kept["options"]["artifact_format"] == arguments[1]


def test_the_formats_named_are_those_there_are() -> None:
    assert set(FORMATS) >= set(formats.FORMATS)
    known = {name for made in formats.FORMATS.values() for name in made.quantizations}
    assert set(QUANTIZATIONS) >= known


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "tflight"], "Did you mean 'tflite'?"),
        (["--format", "tflite", "--quantize", "int4"], "Did you mean 'int8'?"),
        (
            ["--format", "saved-model", "--quantize", "int8"],
            "for saved-model; expected one of None",
        ),
        (["--format", "saved-model", "--strings"], "does not go with saved-model"),
        (["--format", "tflite", "--lengths", "a"], "such as 128,512"),
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


def test_a_page_is_small_unless_something_else_is_asked_for(
    run: Callable[..., Any],
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    seen: dict[str, Any] = {}

    def page(model: str, output: Path, **settings: Any) -> Any:
        seen.update(settings)
        output.mkdir()
        return {"first_load_bytes": 5}

    monkeypatch.setattr(keras_albert.export, "export_web", page)
    arguments = ("export", "--model", "M", "--output", tmp_path / "A", "--format", "web")
    assert run(*arguments)["first_load_bytes"] == 5
    assert (seen["quantize"], seen["depth"]) == ("int8", None)
    for number, (asked, stored) in enumerate((("float32", None), ("float16", "float16"))):
        output = tmp_path / str(number)
        run(*arguments[:3], "--output", output, *arguments[5:], "--quantize", asked)
        assert seen["quantize"] == stored
    assert "--strings" in refused(*arguments, "--strings")
    assert "--calibration" in refused(*arguments, "--calibration", tmp_path / "texts.txt")


def test_texts_to_calibrate_on_are_lines(
    run: Callable[..., Any],
    refused: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = tmp_path / "texts.txt"
    file.write_bytes("caf\u00e9\n\n two words \r\n".encode())
    seen: dict[str, Any] = {}

    def exporter(name: str, model: str, output: Path, **settings: Any) -> Any:
        seen.update(settings)
        output.mkdir()
        return {}

    monkeypatch.setattr(exporting, "export", exporter)
    arguments = ("export", "--model", "M", "--format", "tflite", "--quantize", "int8-full")
    run(*arguments, "--output", tmp_path / "A", "--calibration", file)
    assert seen["calibration"] == ["caf\u00e9", "two words"]
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(*arguments, "--output", tmp_path / "B", "--calibration", file)
