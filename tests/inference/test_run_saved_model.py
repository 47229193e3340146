from pathlib import Path

import numpy as np
import pytest

from keras_albert.inference.run_saved_model import SavedModelRunner
from tests.exported import artifact
from tests.runners import check_answers, check_damage, check_program


def test_as_a_program_it_needs_the_runtime_alone(tmp_path: Path) -> None:
    check_program(SavedModelRunner(artifact("classifier", "saved-model")), tmp_path)


@pytest.mark.once
def test_it_answers_texts_at_a_depth_and_says_what_is_wrong() -> None:
    check_answers(SavedModelRunner(artifact("classifier", "saved-model")))


@pytest.mark.once
def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    check_damage(
        SavedModelRunner, artifact("classifier", "saved-model"), "saved_model.pb", tmp_path / "copy"
    )


def test_the_two_ways_in_agree() -> None:
    runner = SavedModelRunner(artifact("classifier", "saved-model"))
    outputs = runner.on_texts(["VACUUM reclaims storage.", "", "A table."], ["x", "y", "z"])
    inputs = {name: outputs[name] for name in ("token_ids", "segment_ids", "padding_mask")}
    for name, value in runner.on_tokens(inputs).items():
        np.testing.assert_allclose(outputs[name], value, atol=1e-6)
