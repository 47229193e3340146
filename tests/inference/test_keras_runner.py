import numpy as np
import pytest

from keras_albert.inference.keras_runner import KerasRunner
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder, sentences


@pytest.mark.parametrize("kind", ["classifier", "pretrainer", "masked_lm"])
def test_padding_does_not_change_answers(kind: str) -> None:
    runner = KerasRunner(model_folder(kind))
    texts = ["A [MASK] text of the index.", "Tables.", "VACUUM [MASK] [MASK] storage."]
    together = runner.on_texts(texts)
    assert together["token_ids"].shape[0] == 3
    main = "scores" if kind == "classifier" else "masked_tokens"
    for row, text in enumerate(texts):
        alone = runner.on_texts([text])
        places = alone[main].shape[1]
        np.testing.assert_allclose(together[main][row, :places], alone[main][0], atol=1e-5)


def test_keras_rows_are_what_the_task_predicts() -> None:
    saved = SavedTask.load(model_folder("token_classifier"))
    encoded = saved.ready_preprocessor().encode(sentences()[:3])
    scores = KerasRunner(saved, depth=2).on_rows(encoded.x)["scores"]
    expected = saved.task.predict(encoded.x, depth=2, verbose=0)
    inside = encoded.x["padding_mask"] > 0
    np.testing.assert_allclose(scores[inside], expected[inside], atol=1e-5)
