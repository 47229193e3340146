"""Every kind of task answers through `load_predictor` as its own method does."""

import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export import export_saved_model
from keras_albert.inference import load_predictor
from keras_albert.models.saved_task import SavedTask
from tests.exported import model_folder, sentences

QUESTION = {"context": "A table.", "question": "It is a _ .", "options": ["table", "row"]}


def test_texts_and_words_are_tagged() -> None:
    predictor = load_predictor(model_folder("token_classifier"))
    text = sentences()[0]
    answers = predictor.predict([text, ["A", "table"], "B"])
    task = SavedTask.load(model_folder("token_classifier")).task
    if task.preprocessor is None:
        task.preprocessor = predictor._saved.task.preprocessor
    assert answers[0] == {"text": text, **task.tag([text], ["O", "B-PER", "I-PER"])[0]}
    assert [answer["words"] for answer in answers[1:]] == [["A", "table"], ["B"]]
    assert set(answers[0]["tags"]) <= {"O", "B-PER", "I-PER"} and "entities" in answers[0]
    json.dumps(answers)


def test_options_orders_and_vectors() -> None:
    (answer,) = load_predictor(model_folder("multiple_choice")).predict([QUESTION])
    assert answer["probabilities"][answer["prediction"]] == max(answer["probabilities"])
    predictor = load_predictor(model_folder("sentence_order"))
    one, other = predictor.predict([["A table.", "It is."], ["It is.", "A table."]])
    assert one["in_order"] == pytest.approx(other["swapped"], abs=1e-5)
    embedder = load_predictor(model_folder("text_embedder"))
    vectors = np.array([row["embedding"] for row in embedder.predict(["A table.", "Rows"])])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5)
    pair = embedder.predict([["A table.", "Rows"]])
    assert pair[0]["text"] == ["A table.", "Rows"]
    json.dumps([answer, one, pair])


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "items", "message"),
    [
        ("multiple_choice", ["text"], "--input"),
        ("sentence_order", ["text"], "--text-pair"),
        ("text_embedder", ["text", ["a", "b"]], "mixed"),
        ("token_classifier", "text", "list"),
    ],
)
def test_other_requests_are_refused(kind, items, message) -> None:
    predictor = load_predictor(model_folder(kind))
    assert predictor.predict([]) == []
    with pytest.raises(InputError, match=message):
        predictor.predict(items)


@pytest.mark.once
def test_no_artifact_is_made_of_them(tmp_path) -> None:
    with pytest.raises(InputError, match="AlbertTokenClassifier, which cannot be exported yet"):
        export_saved_model(model_folder("token_classifier"), tmp_path / "artifact")
