import shutil
from pathlib import Path

import numpy as np
import pytest

from keras_albert.runtime.run_litert import LiteRTModel
from tests.exported import artifact
from tests.runners import check_answers, check_damage, check_program, edit_description


@pytest.mark.once
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
    edit_description(folder / "model.json", options={"lengths": [16]})
    with pytest.raises(ValueError, match="does not load.*tokens_16"):
        LiteRTModel(folder)


@pytest.mark.once
def test_a_depth_given_raw_is_held_between_1_and_the_layers() -> None:
    model = LiteRTModel(artifact("classifier", "tflite"))
    ids = np.array([[2, 17, 3]], np.int32)
    inputs = {"token_ids": ids, "segment_ids": 0 * ids, "padding_mask": 0 * ids + 1}
    scores = {
        depth: model._runners[0](**inputs, depth=np.array(depth, np.int32))["scores"]
        for depth in (-1, 0, 1, 3, 4)
    }
    for depth, same in ((-1, 1), (0, 1), (4, 3)):
        np.testing.assert_array_equal(scores[depth], scores[same])
    assert np.abs(scores[1] - scores[3]).max() > 1e-4
