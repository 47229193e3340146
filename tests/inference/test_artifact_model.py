import json
from pathlib import Path

import numpy as np
import pytest

from keras_albert.inference.artifact_model import ArtifactModel, encoded_strings
from tests.exported import artifact

pytestmark = pytest.mark.once


class _Echo(ArtifactModel):
    """Gives back what a runtime would be given."""

    kind = "echo"
    model_files = ("model.tflite",)

    def _load(self, files: dict[str, bytes]) -> None:
        self.loaded = sorted(files)

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


@pytest.mark.parametrize("description", ["", "[]", "{}", '{"sha256": 1}'])
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


def test_strings_are_utf_8_or_refused() -> None:
    assert encoded_strings(["é", ""]) == ["é".encode(), b""]
    with pytest.raises(ValueError, match="text 1 is int"):
        encoded_strings(["a", 2])
    with pytest.raises(ValueError, match="lone surrogate at character 1"):
        encoded_strings(["a\ud800"])
