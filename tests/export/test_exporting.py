import json
import sys
from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.export import (
    export_onnx,
    export_openvino,
    export_saved_model,
    export_tflite,
)
from keras_albert.export import exporting as exporting_module
from keras_albert.export.exporting import read_card
from tests.exported import artifact, model_folder


@pytest.mark.once
def test_the_card_tells_what_was_made() -> None:
    folder = artifact("classifier", "tflite", "int8")
    card = read_card(folder)
    files = {f.name: f.stat().st_size for f in folder.iterdir()}
    # The card itself, as JSON and as a page.
    assert files.pop("export.json") and files.pop("CARD.md")
    assert card["files"] == files
    assert card["bytes"] == sum(files.values())
    assert card["depth"] == 3
    assert card["quantize"] == "int8"
    assert not folder.with_name(f"{folder.name}.log").exists()
    described = json.loads((folder / "model.json").read_text())
    assert described["labels"] == ["sql", "server", "internals"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": 4}, "3 layers"),
        ({"depth": 0}, "3 layers"),
        ({"sequence_length": 65}, "64 positions"),
        ({"sequence_length": 2}, "too short"),
        ({"texts": []}, "list of texts"),
    ],
)
def test_settings_that_do_not_fit(options: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        export_saved_model(model_folder("classifier"), tmp_path / "out", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_an_existing_output_is_kept(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="already exists"):
        export_tflite(model_folder("classifier"), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.once
def test_a_failed_child_leaves_only_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list, job: dict, scratch: Path, log: Path, what: str, backend: str) -> None:
        log.write_text("why")
        Path(job["target"], "half").write_text("written")
        raise InputError("It failed.")

    monkeypatch.setattr(exporting_module, "run_child", fail)
    with pytest.raises(InputError, match="It failed."):
        export_tflite(model_folder("classifier"), tmp_path / "out")
    assert [file.name for file in tmp_path.iterdir()] == ["out.log"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"quantize": "int8", "calibration": ["a"]}, "only int8-full"),
        ({"quantize": "int8-full", "calibration": "a"}, "calibrate on must be a list"),
        ({"quantize": "int8-full", "calibration": []}, "calibrate on must be a list"),
    ],
)
def test_calibration_that_does_not_fit(settings: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        export_tflite(model_folder("classifier"), tmp_path / "out", **settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_lengths_and_depth_of_int8_full_are_fixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = []

    def keep(command: list, job: dict, *rest: object) -> None:
        jobs.append(job)
        raise InputError("Enough.")

    monkeypatch.setattr(exporting_module, "run_child", keep)
    for lengths, depth in ((None, None), ([16, 32], 2)):
        with pytest.raises(InputError, match="Enough."):
            export_tflite(
                model_folder("classifier"),
                tmp_path / "out",
                quantize="int8-full",
                lengths=lengths,
                depth=depth,
            )
    assert [job["options"]["lengths"] for job in jobs] == [[64], [16, 32]]
    assert [job["depth"] for job in jobs] == [3, 2]


@pytest.mark.once
@pytest.mark.parametrize(
    "function", [export_saved_model, export_tflite, export_onnx, export_openvino]
)
def test_labelled_examples_are_passed_on(function, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[function.__module__]
    monkeypatch.setattr(module, "export", lambda *arguments, **settings: settings)
    assert function("model", "out", data="held_out.jsonl")["data"] == "held_out.jsonl"


def test_a_library_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError, match=r"takes onnx.*pip install 'keras-albert\[onnx\]'"):
        export_onnx(model_folder("classifier"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
