"""PassageTask: a file to a model's arrays, and gold outputs to its answers."""

import json

import numpy as np
import pytest

from keras_albert.benchmarks import restore, task_named
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.inference import load_predictor
from keras_albert.training.evaluation.evaluate_task import evaluate_task
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.recipe import FinetuneSettings
from tests.benchmarks.passages import PASSAGE, backbone, gold_logits, question, squad_file
from tests.exported import model_folder, tokenizer

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", ["squad1", "cmrc2018"])
def test_gold_outputs_give_all(name, tmp_path):
    task = task_named(name)
    examples = task.read(squad_file(tmp_path, question(1, "rows"), question(2, "A table")))
    model = task.build(backbone(), tokenizer(), sequence_length=32, dropout=0.0)
    encoded = task.encode(model, examples, training=True)
    assert len(encoded) > 2 and encoded.example_of_row.max() == 1
    predictions = task.decode(model, examples, encoded, gold_logits(encoded))
    assert [one["prediction"] for one in predictions] == ["rows", "A table"]
    assert predictions[0]["gold"] == ["rows"] and predictions[0]["context"] == PASSAGE
    assert predictions[0]["start"] == PASSAGE.find("rows")
    json.dumps(predictions)
    metrics = task.metrics(examples, predictions)
    assert metrics[task.main_metric] == metrics["exact"] == metrics["f1"] == 1.0
    task.write_submission(predictions, tmp_path)
    task.write_submission(predictions, tmp_path / "out.json")
    for name in (task.submission, "out.json"):
        assert json.loads((tmp_path / name).read_text()) == {"q1": "rows", "q2": "A table"}


def test_a_test_set_has_no_gold(tmp_path):
    task = task_named("squad1")
    examples = task.read(squad_file(tmp_path, question(1, "rows")), labelled=False)
    model = task.build(backbone(), tokenizer(), sequence_length=32, dropout=0.0)
    encoded = task.encode(model, examples)
    assert encoded.y is None
    zeros = np.zeros(encoded.x["token_ids"].shape)
    prediction = task.decode(model, examples, encoded, {"start": zeros, "end": zeros})[0]
    assert "gold" not in prediction and prediction["prediction"]


def test_settings_make_it_again():
    task = task_named("squad1", n_best=5, stride=64)
    again = restore(json.loads(json.dumps(task.settings())))
    assert again.settings() == task.settings() and (again.n_best, again.stride) == (5, 64)
    with pytest.raises(InputError, match="n_best=0"):
        task_named("squad1", n_best=0)


@pytest.mark.parametrize("name", ["squad1", "squad2", "cmrc2018"])
def test_from_the_official_file_to_answers_and_a_submission(name, tmp_path):
    """The command line's path: fine-tune, evaluate, answer."""
    questions = [
        question(n, answer, question=f"What about {answer}, once more?" * (n + 1))
        for n, answer in enumerate(("rows", "columns", "table"))
    ]
    if name == "squad2":
        questions.append(question(9, None, is_impossible=True))
    path = squad_file(tmp_path, *questions)
    task = task_named(name, stride=5)
    settings = FinetuneSettings(epochs=1, batch_size=2, sequence_length=24)
    result = finetune(
        *(model_folder("masked_lm"), path, path, tmp_path / "run"), task=task, settings=settings
    )
    assert result["n"] == len(questions) and 0 <= result["metrics"]["f1"] <= 1
    rows = [json.loads(line) for line in (tmp_path / "run" / "predictions.jsonl").open()]
    # Long passages went in as several windows, as far apart as was asked for.
    assert restore(read_json(tmp_path / "run" / "model" / "finetune_task.json")).stride == 5
    again = evaluate_task(tmp_path / "run", path, submission=tmp_path / "sent")
    assert again["metrics"] == pytest.approx(result["metrics"], abs=1e-5)
    sent = read_json(tmp_path / "sent" / task.submission)
    assert sent == {row["id"]: row["prediction"] for row in rows}
    asked = [[row["question"], row["context"]] for row in rows]
    answers = load_predictor(tmp_path / "run").predict(asked)
    assert [answer["text"] for answer in answers] == [row["prediction"] for row in rows]
