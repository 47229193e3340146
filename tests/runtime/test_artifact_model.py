import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_albert.runtime.artifact_model import ArtifactModel, Ports, encoded_strings
from keras_albert.runtime.descriptions import described_ports
from keras_albert.runtime.digests import ITSELF
from keras_albert.runtime.run_litert import LiteRTModel
from keras_albert.runtime.run_onnx import OnnxModel
from keras_albert.runtime.run_openvino import OpenvinoModel
from keras_albert.runtime.run_saved_model import SavedModelRunner
from tests.exported import artifact
from tests.runners import edit_description

pytestmark = pytest.mark.once


class _Echo(ArtifactModel):
    """Gives back what a runtime would be given."""

    kind = "echo"
    model_files = ("model.tflite",)

    def _load(self, files: dict[str, bytes]) -> None:
        self.loaded = sorted(files)

    def _ports(self) -> list[tuple[Ports, Ports]]:
        inputs, outputs = described_ports(self.description)
        return [({**inputs}, {**outputs})]

    def _run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return inputs


def test_the_runtime_is_given_checked_files_and_a_depth() -> None:
    model = _Echo(artifact("classifier", "tflite"))
    assert model.loaded == ["model.tflite", "spiece.model"]
    answers = model.on_texts(["The index.", ""])
    assert answers["depth"] == 3 and answers["depth"].dtype == np.int32
    assert answers["truncated"].tolist() == [False, False]
    inputs = {name: answers[name] for name in ("token_ids", "segment_ids", "padding_mask")}
    assert model.on_tokens(inputs, depth=2)["depth"] == 2
    assert "depth" not in inputs


@pytest.mark.parametrize("description", ["", "[]", "{}", '{"sha256": 1}', "[" * 100_000])
def test_a_description_that_is_none_is_refused(description: str, tmp_path: Path) -> None:
    (tmp_path / "spiece.model").write_bytes(b"")
    (tmp_path / "model.json").write_text(description)
    with pytest.raises(ValueError, match="not a complete echo export"):
        _Echo(tmp_path)


def test_a_foreign_checksum_is_refused(tmp_path: Path) -> None:
    for name in ("spiece.model", "model.tflite"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "model.json").write_text(json.dumps({"sha256": {"model.tflite": "0"}}))
    with pytest.raises(ValueError, match=r"model\.tflite is not the file that was exported"):
        _Echo(tmp_path)


@pytest.mark.parametrize(
    ("kind", "artifact_format", "opened"),
    [
        ("pretrainer", "onnx", OnnxModel),
        ("pretrainer", "openvino", OpenvinoModel),
        ("pretrainer", "tflite", LiteRTModel),
        ("sentence_order", "saved-model", SavedModelRunner),
    ],
)
def test_a_model_of_another_kind_is_refused(
    kind: str, artifact_format: str, opened: type[ArtifactModel], tmp_path: Path
) -> None:
    """Its checksums are right, and it takes and gives other arrays than model.json says."""
    source, folder = artifact(kind, artifact_format), tmp_path / "copy"
    opened(source)
    shutil.copytree(source, folder)
    file = folder / opened.description_file
    inputs = {name: ["batch", "length"] for name in ("token_ids", "padding_mask")}
    classifier = {"task": "text_classifier", "problem": "single_label", "labels": ["a", "b"]}
    for name, change in {"gives": {}, "reads": {"inputs": inputs}}.items():
        edit_description(file, **classifier, **change)
        with pytest.raises(
            ValueError, match=f" {name} .* where its model.json says .* of two exports"
        ):
            opened(folder)


def test_strings_are_utf_8_or_refused() -> None:
    assert encoded_strings(["é", ""]) == ["é".encode(), b""]
    with pytest.raises(ValueError, match="text 1 is int"):
        encoded_strings(["a", 2])
    with pytest.raises(ValueError, match="lone surrogate at character 1"):
        encoded_strings(["a\ud800"])


@pytest.mark.once
def test_a_description_changed_after_the_export_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(artifact("classifier", "tflite"), folder)
    file = folder / "model.json"
    description = json.loads(file.read_text())
    file.write_text(json.dumps({**description, "labels": description["labels"][::-1]}))
    with pytest.raises(ValueError, match="model.json is not the file that was exported"):
        LiteRTModel(folder)
    # Version 0.1.0 wrote no digest of the description.
    file.write_text(json.dumps({k: v for k, v in description.items() if k != ITSELF}))
    assert LiteRTModel(folder).description["labels"] == description["labels"]
