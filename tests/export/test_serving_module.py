import keras
import numpy as np

from keras_albert.export.named_outputs import named_outputs
from keras_albert.export.serving_module import loop_where_shared
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


def test_the_loop_form_answers_the_same() -> None:
    saved = SavedTask.load(model_folder("masked_lm"))
    written_out = keras.ops.convert_to_numpy(named_outputs(saved, _inputs())["masked_tokens"])
    loop_where_shared(saved)
    looped = keras.ops.convert_to_numpy(named_outputs(saved, _inputs(), 3)["masked_tokens"])
    np.testing.assert_allclose(looped, written_out, atol=1e-5)
