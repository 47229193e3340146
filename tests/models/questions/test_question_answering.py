"""Both question answerers on raw strings."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertJointQuestionAnswerer,
    AlbertQuestionAnswerer,
    AlbertQuestionAnswererPreprocessor,
    InputError,
)

pytestmark = pytest.mark.once
PASSAGES = ["A table has rows and columns. " * 3, "An index is updated.", "A view."]
QUESTIONS = ["What has a table?", "What is updated?", "Who?"]
ANSWERS = [("rows", 12), {"text": ["An index"], "answer_start": [0]}, None]
CLASSES = [AlbertQuestionAnswerer, AlbertJointQuestionAnswerer]


def _model(answerer, tokenizer):
    backbone = AlbertBackbone(500, 2, 2, 8, 16, 32, max_sequence_length=32, pooler=False)
    preprocessor = AlbertQuestionAnswererPreprocessor(tokenizer, sequence_length=32, stride=8)
    return answerer(backbone, preprocessor=preprocessor)


@pytest.mark.parametrize("answerer", CLASSES)
def test_it_learns_an_answer_and_says_it(answerer, tokenizer):
    model = _model(answerer, tokenizer)
    model.compile(optimizer=keras.optimizers.Adam(5e-3), jit_compile=False)
    x = (QUESTIONS, PASSAGES)
    model.fit(x, ANSWERS, batch_size=4, epochs=30, verbose=0)
    assert model.evaluate(x, ANSWERS, verbose=0, return_dict=True)["start_accuracy"] > 0.8
    first, second, third = model.answer(*x, top_k=3)
    assert PASSAGES[0][first["start"] : first["end"]] == first["text"]
    assert second["text"] == "An index" and second["answers"][0]["start"] == 0
    assert len(second["answers"]) == 3
    assert third["no_answer_score"] > second["no_answer_score"]
    between = (third["no_answer_score"] + second["no_answer_score"]) / 2
    texts = [a["text"] for a in model.answer(*x, no_answer_threshold=between)]
    assert texts[1:] == ["An index", ""]


def test_rows_come_back_in_order_whatever_their_lengths(tokenizer):
    model = _model(AlbertJointQuestionAnswerer, tokenizer)
    outputs = model.predict((QUESTIONS, PASSAGES), batch_size=2, verbose=0)
    encoded = model.preprocessor.encode(QUESTIONS, PASSAGES)
    rows = model.row_inputs(encoded, None)
    plain = keras.Model.predict(model, rows, verbose=0)
    real = encoded.x["padding_mask"].astype(bool)
    for name in ("start", "end"):
        np.testing.assert_allclose(outputs[name][real], plain[name][real], atol=1e-5)
    assert len(outputs["start"]) == len(encoded.question_of_row) > 3


def test_a_saved_model_answers_alike(tokenizer, tmp_path):
    model = _model(AlbertJointQuestionAnswerer, tokenizer)
    model.save_to_preset(str(tmp_path / "preset"))
    again = AlbertJointQuestionAnswerer.from_preset(str(tmp_path / "preset"))
    expected = model.answer(QUESTIONS, PASSAGES)
    for one, other in zip(again.answer(QUESTIONS, PASSAGES), expected, strict=True):
        assert one["text"] == other["text"]
    assert again.preprocessor.stride == 8


def test_batches_from_a_generator_are_read(tokenizer):
    model = _model(AlbertQuestionAnswerer, tokenizer)
    model.compile(jit_compile=False)
    batches = [((QUESTIONS, PASSAGES), ANSWERS)] * 2
    history = model.fit(iter(batches), steps_per_epoch=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_a_tensorflow_dataset_gives_the_same_rows(tokenizer):
    import tensorflow as tf

    model = _model(AlbertJointQuestionAnswerer, tokenizer)
    columns = {"text": ["rows", "An index", ""], "answer_start": [12, 0, 0]}
    weights = np.array([1.0, 2.0, 3.0], "float32")
    dataset = tf.data.Dataset.from_tensor_slices(((QUESTIONS, PASSAGES), columns, weights))
    mapped = dataset.batch(3).map(lambda *batch: model.preprocess_samples(*batch))
    expected = model.preprocess_samples((QUESTIONS, PASSAGES), ANSWERS, weights)
    for one, other in zip(
        keras.tree.flatten(next(iter(mapped))), keras.tree.flatten(expected), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_one_question_and_what_cannot_be_asked(tokenizer):
    model = _model(AlbertQuestionAnswerer, tokenizer)
    assert isinstance(model.answer(QUESTIONS[0], PASSAGES[0]), dict)
    assert len(model.answer(QUESTIONS, PASSAGES[0])) == 3
    for arguments, message in (
        ((["Who?"], [""]), "Passage 0 has no text"),
        ((QUESTIONS, PASSAGES[:2]), "3 first texts and 2"),
    ):
        with pytest.raises(InputError, match=message):
            model.answer(*arguments)
    with pytest.raises(InputError, match="top_k=0"):
        model.answer(QUESTIONS, PASSAGES, top_k=0)
    with pytest.raises(InputError, match="no preprocessor"):
        AlbertQuestionAnswerer(model.backbone).answer(QUESTIONS, PASSAGES)
    with pytest.raises(InputError, match="does not begin at character 3"):
        model.fit((QUESTIONS, PASSAGES), [("rows", 3), None, None], verbose=0)
    with pytest.raises(InputError, match="3 questions and 1 sample weights"):
        model.fit((QUESTIONS, PASSAGES), ANSWERS, sample_weight=[1.0], verbose=0)
