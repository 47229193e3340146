import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_albert.inference.run_openvino import OpenvinoModel
from tests.exported import artifact

pytestmark = pytest.mark.once


def test_it_answers_texts_at_a_depth_and_says_what_is_wrong(tmp_path: Path) -> None:
    model = OpenvinoModel(artifact("classifier", "openvino"))
    answers = model.on_texts(["The index.", ""], ["a", "b"])
    assert answers["probabilities"].shape == (2, 3)
    inputs = {name: answers[name] for name in ("token_ids", "segment_ids", "padding_mask")}
    shallow = model.on_tokens(inputs, depth=1)["scores"]
    assert np.abs(shallow - answers["scores"]).max() > 1e-4
    for depth in (0, 4):
        with pytest.raises(ValueError, match="depth"):
            model.on_tokens(inputs, depth=depth)
    long = {name: np.ones((1, 65), np.int32) for name in inputs}
    with pytest.raises(ValueError, match="65"):
        model.on_tokens(long)
    with pytest.raises(ValueError, match="surrogate"):
        model.on_texts(["\ud800"])


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(artifact("classifier", "openvino"), folder)
    whole = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="checksum"):
        OpenvinoModel(folder)
    # A file that was cut before its checksum was taken.
    description = json.loads((folder / "model.json").read_text())
    half = (folder / "model.bin").read_bytes()
    description["sha256"]["model.bin"] = hashlib.sha256(half).hexdigest()
    (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(ValueError, match="does not load"):
        OpenvinoModel(folder)
    (folder / "model.bin").unlink()
    with pytest.raises(ValueError, match="not a complete"):
        OpenvinoModel(folder)
