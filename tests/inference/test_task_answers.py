"""Every kind of task answers through `load_predictor` as its own method does."""

import json
import shutil

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.inference.keras_runner import KerasRunner
from keras_albert.inference.predictor import Predictor
from keras_albert.models.saved_task import SavedTask
from tests.exported import artifact, model_folder, sentences

QUESTION = {"context": "A table.", "question": "It is a _ .", "options": ["table", "row"]}


@pytest.mark.once
def test_texts_and_words_are_tagged() -> None:
    predictor = load_predictor(model_folder("token_classifier"))
    text = sentences()[0]
    answers = predictor.predict([text, ["A", "table"], "B"])
    task = SavedTask.load(model_folder("token_classifier")).task
    if task.preprocessor is None:
        task.preprocessor = predictor._runner.preprocessor
    assert answers[0] == {"text": text, **task.tag([text], ["O", "B-PER", "I-PER"])[0]}
    assert [answer["words"] for answer in answers[1:]] == [["A", "table"], ["B"]]
    assert set(answers[0]["tags"]) <= {"O", "B-PER", "I-PER"} and "entities" in answers[0]
    json.dumps(answers)


@pytest.mark.once
def test_there_is_a_label_for_each_score() -> None:
    saved = SavedTask.load(model_folder("token_classifier"))
    runner = KerasRunner(saved)
    runner.description = {**saved.description(), "labels": ["O", "B-PER"]}
    predictor = Predictor(runner)
    with pytest.raises(InputError, match="3 scores and its description has 2 labels"):
        predictor.predict(["A table."])


@pytest.mark.once
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


PASSAGES = ["An index is updated. " * 8, "A table has rows."]
ITEMS = {
    "token_classifier": [["A", "table"], " ".join(["It is an index ."] * 30), "B"],
    "multiple_choice": [QUESTION, {**QUESTION, "options": ["a", "b", "c"]}],
    "sentence_order": [["A table.", "It is."], ["It is.", "A table. " * 40]],
    "text_embedder": ["A table.", "Rows", "Longer than the others are."],
    "question_answerer": [["What?", passage] for passage in PASSAGES],
    "joint_question_answerer": [["What?", passage] for passage in PASSAGES],
}


def _close(one, other) -> None:
    """Equal JSON, numbers within 1e-4."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            _close(left, right)
    elif isinstance(one, float):
        assert one == pytest.approx(other, abs=1e-4)
    else:
        assert one == other


@pytest.mark.once
@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_an_artifact_answers_as_keras_does_at_every_depth(kind) -> None:
    # Each kind goes to one of the formats here; the cards have held both to the model.
    artifact_format = "saved-model" if kind in ("sentence_order", "token_classifier") else "tflite"
    folder = artifact(kind, artifact_format)
    for depth in (None, 1):
        ours = load_predictor(folder, depth)
        assert ours.runtime == artifact_format
        answers = ours.predict(ITEMS[kind], top_k=2)
        _close(answers, load_predictor(model_folder(kind), depth).predict(ITEMS[kind], top_k=2))
        json.dumps(answers)
    card = json.loads((folder / "export.json").read_text())
    for output in card["verified"]["outputs"].values():
        assert output["largest_difference"] < 1e-5 * max(1, output["largest_value"])


@pytest.mark.once
@pytest.mark.parametrize("kind", ["question_answerer", "joint_question_answerer"])
def test_questions_are_answered_from_passages(kind, tmp_path) -> None:
    predictor = load_predictor(model_folder(kind))
    answers = predictor.predict(ITEMS[kind], top_k=3)
    saved = SavedTask.load(model_folder(kind))
    saved.ready_preprocessor()
    expected = saved.task.answer(["What?", "What?"], PASSAGES, top_k=3)
    for answer, one, passage in zip(answers, expected, PASSAGES, strict=True):
        assert answer["context"] == passage and answer["text"] == one["text"]
        assert passage[answer["start"] : answer["end"]] == answer["text"]
        assert len(answer["answers"]) == 3
    # What fine-tuning chose stands beside the model.
    folder = tmp_path / "model"
    shutil.copytree(model_folder(kind), folder)
    threshold = min(answer["no_answer_score"] for answer in answers) - 1
    settings = {"task": "squad2", "threshold": threshold, "max_answer_tokens": 2}
    (folder / "finetune_task.json").write_text(json.dumps(settings))
    refused = load_predictor(folder).predict(ITEMS[kind])
    assert [answer["text"] for answer in refused] == ["", ""]
    with pytest.raises(InputError, match="--text-pair"):
        predictor.predict(["What?"])
