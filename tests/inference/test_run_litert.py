import json
import shutil
from pathlib import Path

import pytest

from keras_albert.inference.run_litert import LiteRTModel
from tests.exported import artifact
from tests.runners import check_answers, check_damage, check_program


def test_as_a_program_it_needs_the_runtime_alone(tmp_path: Path) -> None:
    check_program(LiteRTModel(artifact("classifier", "tflite")), tmp_path)


@pytest.mark.once
def test_it_answers_texts_at_a_depth_and_says_what_is_wrong() -> None:
    check_answers(LiteRTModel(artifact("classifier", "tflite")))


@pytest.mark.once
def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    check_damage(LiteRTModel, artifact("classifier", "tflite"), "model.tflite", tmp_path / "copy")


@pytest.mark.once
def test_a_signature_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(artifact("classifier", "tflite"), folder)
    description = json.loads((folder / "model.json").read_text())
    description["options"]["lengths"] = [16]
    (folder / "model.json").write_text(json.dumps(description))
    with pytest.raises(ValueError, match="does not load.*tokens_16"):
        LiteRTModel(folder)
