"""What every runner of artifacts must do, whatever its runtime."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keras_albert.runtime.artifact_model import ArtifactModel
from keras_albert.runtime.digests import sealed

# How a program of a test begins that loads TensorFlow, which imports Keras wherever it is
# installed: seconds.
WITHOUT_KERAS = """
import sys
from keras_albert.runtime import run_job
run_job.hide_keras()
"""


def check_answers(model: ArtifactModel) -> None:
    """A classifier of 3 classes and 3 layers answers texts at a depth, and refuses bad input."""
    answers = model.on_texts(["The index.", ""], ["a", "b"])
    assert answers["probabilities"].shape == (2, 3)
    inputs = {name: answers[name] for name in ("token_ids", "segment_ids", "padding_mask")}
    for depth in (None, 3):
        same = model.on_tokens(inputs, depth=depth)["scores"]
        np.testing.assert_allclose(same, answers["scores"], atol=1e-6)
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
    with pytest.raises(ValueError, match="int"):
        model.on_texts([3])


def check_damage(opened: type[ArtifactModel], folder: Path, file: str, copy: Path) -> None:
    """A folder whose file is cut, before or after its checksum was taken, or gone, is refused."""
    shutil.copytree(folder, copy)
    whole = (copy / file).read_bytes()
    (copy / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="checksum"):
        opened(copy)
    digests = json.loads((copy / opened.description_file).read_text())["sha256"]
    digests[file] = hashlib.sha256((copy / file).read_bytes()).hexdigest()
    edit_description(copy / opened.description_file, sha256=digests)
    with pytest.raises(ValueError, match="does not load"):
        opened(copy)
    (copy / file).unlink()
    with pytest.raises(ValueError, match=f"not a complete.*{file}"):
        opened(copy)


def edit_description(file: Path, **change: Any) -> None:
    """Changes what a model.json says, or leaves out what becomes None, and seals it again."""
    edited = {**json.loads(file.read_text()), **change}
    file.write_text(json.dumps(sealed({k: v for k, v in edited.items() if v is not None})))


def check_program(model: ArtifactModel, folder: Path) -> None:
    """Run as a program, its module answers a job as it does here, without foreign modules."""
    texts = [[["VACUUM reclaims storage.", ""], None], [["a"], ["b"]]]
    batches = [model.encoder(*batch)[0] for batch in texts]
    arrays = {
        f"{number}/{name}": value
        for number, batch in enumerate(batches)
        for name, value in batch.items()
    }
    np.savez(folder / "inputs.npz", **arrays)
    job = {
        "artifact": str(model.folder),
        "inputs": str(folder / "inputs.npz"),
        "texts": texts,
        "depths": [1],
        "output": str(folder / "results.npz"),
        "measured": str(folder / "measured.json"),
    }
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", type(model).__module__, str(folder / "job.json")]
    # The program itself refuses to answer where a foreign module came along.
    subprocess.run(command, check=True, cwd=folder)
    with np.load(folder / "results.npz") as archive:
        results = dict(archive)
    for number, batch in enumerate(batches):
        whole, shallow = model.on_tokens(batch), model.on_tokens(batch, depth=1)
        for prefix, outputs in (("", whole), ("tokens/", whole), ("depth1/", shallow)):
            for name, value in outputs.items():
                np.testing.assert_allclose(results[f"{number}/{prefix}{name}"], value, atol=1e-6)
    assert json.loads((folder / "measured.json").read_text())["load_seconds"] > 0
