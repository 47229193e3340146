import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from keras_albert.inference import run_litert
from tests.exported import artifact


def test_as_a_program_it_needs_the_runtime_alone(tmp_path: Path) -> None:
    folder = artifact("pretrainer", "tflite")
    job = {
        "artifact": str(folder),
        "texts": [[["VACUUM [MASK] storage.", ""], None], [["a"], ["b"]]],
        "output": str(tmp_path / "results.npz"),
    }
    (tmp_path / "job.json").write_text(json.dumps(job))
    # The program itself refuses to answer where Keras or TensorFlow came along.
    subprocess.run(
        [sys.executable, run_litert.__file__, str(tmp_path / "job.json")], check=True, cwd=tmp_path
    )
    with np.load(tmp_path / "results.npz") as archive:
        results = dict(archive)
    model = run_litert.LiteRTModel(folder)
    for number, (texts, second) in enumerate(job["texts"]):
        for name, value in model.on_texts(texts, second).items():
            np.testing.assert_allclose(results[f"{number}/{name}"], value, atol=1e-6)
