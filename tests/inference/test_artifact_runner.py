import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference.artifact_runner import ArtifactRunner, artifact_preprocessor
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder


class _Lengths:
    """A runtime that answers with what it was given."""

    description = {
        "task": "question_answerer",
        "inputs": {"token_ids": ["batch", "length"], "padding_mask": ["batch", "length"]},
    }
    widths: list[int] = []

    def on_tokens(self, inputs, depth=None):
        self.widths.append(inputs["token_ids"].shape[1])
        scores = inputs["token_ids"].astype(np.float32)
        return {"start": scores, "end": scores + depth, "first": scores[:, 0]}


@pytest.mark.once
def test_rows_come_back_in_their_order_and_width() -> None:
    lengths = np.random.default_rng(0).integers(1, 50, size=100)
    mask = (np.arange(60) < lengths[:, np.newaxis]).astype(np.int32)
    ids = np.arange(6000, dtype=np.int32).reshape(100, 60) * mask
    model = _Lengths()
    runner = ArtifactRunner(model, ".", depth=3)
    outputs = runner.on_rows({"token_ids": ids, "padding_mask": mask, "more": ids})
    np.testing.assert_array_equal(outputs["first"], ids[:, 0])
    np.testing.assert_array_equal(outputs["start"][mask > 0], ids[mask > 0])
    np.testing.assert_array_equal(outputs["end"][mask > 0], ids[mask > 0] + 3)
    assert outputs["start"].shape == (100, 60) and (outputs["start"][:, 55:] == -10_000).all()
    assert model.widths == sorted(model.widths) and len(set(model.widths)) == 4


@pytest.mark.once
def test_a_preprocessor_is_made_as_it_was() -> None:
    saved = SavedTask.load(model_folder("question_answerer"))
    saved.ready_preprocessor().stride = 7
    made = artifact_preprocessor(saved.description(), saved.tokenizer)
    assert (made.stride, made.sequence_length) == (7, saved.sequence_length)
    with pytest.raises(ValueError, match="not known"):
        artifact_preprocessor({"task": "weather"}, saved.tokenizer)
    described = {**saved.description(), "preprocessor": {"stride": "7"}}
    with pytest.raises(ValueError, match="cannot be made of .'stride': '7'"):
        artifact_preprocessor(described, saved.tokenizer)


@pytest.mark.once
def test_what_a_runtime_cannot_read_is_one_clear_line() -> None:
    class Refusing(_Lengths):
        def on_tokens(self, inputs, depth=None):
            raise ValueError("model.onnx does not answer: id 300 is out of range")

    ids = np.ones((1, 4), np.int32)
    with pytest.raises(InputError, match="The rows cannot be answered: model.onnx .* range.$"):
        ArtifactRunner(Refusing(), ".").on_rows({"token_ids": ids, "padding_mask": ids})
