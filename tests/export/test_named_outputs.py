import keras
import numpy as np
import pytest

from keras_albert.export.named_outputs import (
    default_depth,
    depth_can_be_input,
    input_axes,
    named_outputs,
)
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.exported import model_folder

FOLDERS = {"text_classifier": "classifier"}
EXPECTED = {
    "text_classifier": {"scores": (2, 3), "probabilities": (2, 3)},
    "pretrainer": {"masked_tokens": (2, 1, 300), "sentence_order": (2, 2)},
    "masked_lm": {"masked_tokens": (2, 1, 300)},
    "question_answerer": {"start": (2, 4), "end": (2, 4)},
    "joint_question_answerer": {
        "impossible": (2, 1),
        "start_positions": (2, 5),
        "start_log_probabilities": (2, 5),
        "end_positions": (2, 5, 5),
        "end_log_probabilities": (2, 5, 5),
    },
    "token_classifier": {"scores": (2, 4, 3)},
    "multiple_choice": {"scores": (2, 2)},
    "sentence_order": {"sentence_order": (2, 2)},
    "text_embedder": {"embedding": (2, 32)},
}


def _inputs() -> dict[str, np.ndarray]:
    ids = np.array([[2, 17, 4, 3], [2, 9, 3, 0]], np.int32)
    return {
        "token_ids": ids,
        "segment_ids": np.zeros_like(ids),
        "padding_mask": (ids > 0).astype(np.int32),
        "mask_positions": np.array([[2], [0]], np.int32),
    }


@pytest.mark.parametrize("kind", sorted(TASK_KINDS))
def test_outputs_have_names_at_every_depth(kind: str) -> None:
    saved = SavedTask.load(model_folder(FOLDERS.get(kind, kind)))
    axes = input_axes(saved)
    inputs = {name: value for name, value in _inputs().items() if name in axes}
    if kind == "multiple_choice":
        assert axes["token_ids"] == ("batch", "choices", "length")
        inputs = {name: np.stack([value, value], 1) for name, value in inputs.items()}
    whole = named_outputs(saved, inputs)
    assert {name: tuple(value.shape) for name, value in whole.items()} == EXPECTED[kind]
    assert depth_can_be_input(saved) and default_depth(saved) == 3
    # Of the joint head's beam, little changes where a row has no passage.
    name = "impossible" if kind == "joint_question_answerer" else next(iter(whole))
    there, shallow = (
        keras.ops.convert_to_numpy(named_outputs(saved, inputs, depth)[name]) for depth in (3, 1)
    )
    np.testing.assert_allclose(there, keras.ops.convert_to_numpy(whole[name]), atol=1e-5)
    assert np.abs(there - shallow).max() > 1e-3


def test_probabilities_are_the_softmax_of_scores() -> None:
    inputs = _inputs()
    del inputs["mask_positions"]
    classifier = named_outputs(SavedTask.load(model_folder("classifier")), inputs)
    scores, probabilities = (
        keras.ops.convert_to_numpy(classifier[name]) for name in ("scores", "probabilities")
    )
    exponentials = np.exp(scores)
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)
    assert set(named_outputs(SavedTask.load(model_folder("regression")), inputs)) == {"scores"}
