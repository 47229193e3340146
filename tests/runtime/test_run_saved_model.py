from pathlib import Path

import numpy as np
import pytest

from keras_albert.runtime.run_saved_model import SavedModelRunner
from tests.exported import artifact
from tests.runners import check_answers, check_damage, check_program


@pytest.mark.once
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


@pytest.mark.once
def test_served_raw_a_depth_that_is_none_is_an_error() -> None:
    import tensorflow as tf

    runner = SavedModelRunner(artifact("classifier", "saved-model"))
    served = runner._signatures
    ids = tf.constant([[2, 17, 3]])
    inputs = {"token_ids": ids, "segment_ids": 0 * ids, "padding_mask": 0 * ids + 1}
    texts = {"text": tf.constant(["A table."])}
    for depth in (-1, 0, 4):
        for name, given in {
            "tokens": inputs,
            "serving_default": texts,
            "pairs": {**texts, "second_text": tf.constant(["An index."])},
        }.items():
            with pytest.raises(
                tf.errors.InvalidArgumentError, match="and the 3 layers of the model"
            ):
                served[f"{name}_at_depth"](**given, depth=tf.constant(depth))
    for depth in (1, 3):
        scores = served["tokens_at_depth"](**inputs, depth=tf.constant(depth))["scores"].numpy()
        expected = runner.on_tokens({n: v.numpy() for n, v in inputs.items()}, depth=depth)
        np.testing.assert_allclose(scores, expected["scores"], atol=1e-6)
