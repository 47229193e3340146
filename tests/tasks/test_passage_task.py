"""PassageTask: a file to a model's arrays, and gold outputs to its answers."""

import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.tasks import restore, task_named
from tests.exported import tokenizer
from tests.tasks.passages import PASSAGE, backbone, gold_logits, question, squad_file

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
