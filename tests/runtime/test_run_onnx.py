from pathlib import Path

import pytest

from keras_albert.runtime.run_onnx import OnnxModel
from tests.exported import artifact
from tests.runners import check_answers, check_damage, check_program


@pytest.mark.once
def test_as_a_program_it_needs_the_runtime_alone(tmp_path: Path) -> None:
    check_program(OnnxModel(artifact("classifier", "onnx")), tmp_path)


@pytest.mark.once
def test_it_answers_texts_at_a_depth_and_says_what_is_wrong() -> None:
    check_answers(OnnxModel(artifact("classifier", "onnx")))


@pytest.mark.once
def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    check_damage(OnnxModel, artifact("classifier", "onnx"), "model.onnx", tmp_path / "copy")
