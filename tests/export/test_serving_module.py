import keras
import numpy as np

from keras_albert.export.serving_module import loop_where_shared, named_outputs
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder


def _inputs() -> dict[str, np.ndarray]:
    ids = np.array([[2, 17, 4, 3], [2, 9, 3, 0]], np.int32)
    return {
        "token_ids": ids,
        "segment_ids": np.zeros_like(ids),
        "padding_mask": (ids > 0).astype(np.int32),
        "mask_positions": np.array([[2], [0]], np.int32),
    }


def test_outputs_have_names() -> None:
    inputs = _inputs()
    pretrainer = SavedTask.load(model_folder("pretrainer"))
    assert set(named_outputs(pretrainer, inputs)) == {"masked_tokens", "sentence_order"}
    masked_lm = SavedTask.load(model_folder("masked_lm"))
    assert set(named_outputs(masked_lm, inputs)) == {"masked_tokens"}
    del inputs["mask_positions"]
    classifier = named_outputs(SavedTask.load(model_folder("classifier")), inputs)
    scores, probabilities = (
        keras.ops.convert_to_numpy(classifier[name]) for name in ("scores", "probabilities")
    )
    exponentials = np.exp(scores)
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)
    assert set(named_outputs(SavedTask.load(model_folder("regression")), inputs)) == {"scores"}


def test_the_loop_form_answers_the_same() -> None:
    saved = SavedTask.load(model_folder("masked_lm"))
    written_out = keras.ops.convert_to_numpy(named_outputs(saved, _inputs())["masked_tokens"])
    loop_where_shared(saved)
    looped = keras.ops.convert_to_numpy(named_outputs(saved, _inputs(), 3)["masked_tokens"])
    np.testing.assert_allclose(looped, written_out, atol=1e-5)
