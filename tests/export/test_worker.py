import json
from pathlib import Path

import pytest

from keras_albert.export.worker import main

pytestmark = pytest.mark.once


@pytest.mark.parametrize("artifact_format", ["tflite", "saved-model"])
def test_bad_input_is_reported_as_one_line(artifact_format: str, tmp_path: Path) -> None:
    job = {
        "format": artifact_format,
        "source": str(tmp_path / "nothing"),
        "target": str(tmp_path / "out"),
        "scratch": str(tmp_path / "scratch"),
        "sequence_length": None,
        "depth": None,
        "quantize": None,
        "options": {},
        "error": str(tmp_path / "error.json"),
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    assert main(str(tmp_path / "job.json")) == 2
    assert "nothing" in json.loads((tmp_path / "error.json").read_text())["message"]
    assert not (tmp_path / "out").exists()
