"""Squad2: both heads, the official metrics and the tuned threshold."""

import json

import numpy as np
import pytest

from keras_albert import AlbertJointQuestionAnswerer, AlbertQuestionAnswerer, InputError
from keras_albert.benchmarks import restore, task_named
from tests.benchmarks.passages import backbone, gold_logits, question, squad_file
from tests.exported import tokenizer

pytestmark = pytest.mark.once


def _beam(encoded):
    """What the joint head gives where it is sure of the labels."""
    rows = len(encoded)
    start, end = (encoded.y[name] for name in ("start", "end"))
    return {
        "impossible": encoded.y["impossible"] * 6 - 3,
        "start_positions": np.repeat(start[:, None], 5, axis=1),
        "start_log_probabilities": np.zeros((rows, 5)),
        "end_positions": np.repeat(end, 25).reshape(rows, 5, 5),
        "end_log_probabilities": np.zeros((rows, 5, 5)),
    }


@pytest.mark.parametrize(
    ("head", "answerer"),
    [("joint", AlbertJointQuestionAnswerer), ("independent", AlbertQuestionAnswerer)],
)
def test_gold_outputs_and_a_tuned_threshold_give_all(head, answerer, tmp_path):
    task = task_named("squad2", head=head)
    path = squad_file(tmp_path, question(1, "rows"), question(2, None, is_impossible=True))
    examples = task.read(path)
    model = task.build(backbone(), tokenizer(), sequence_length=32, dropout=0.1)
    assert type(model) is answerer
    encoded = task.encode(model, examples, training=True)
    if head == "joint":
        np.testing.assert_array_equal(encoded.x["start_positions"][:, 0], encoded.y["start"])
    outputs = _beam(encoded) if head == "joint" else gold_logits(encoded)
    # Of the question without an answer, it names something.
    unanswered = encoded.example_of_row == 1
    if head == "joint":
        outputs["start_positions"][unanswered], outputs["end_positions"][unanswered] = 9, 12
    else:
        outputs["start"][unanswered, 9] = outputs["end"][unanswered, 12] = 1.0
    predictions = task.decode(model, examples, encoded, outputs)
    assert predictions[0]["prediction"] == "rows" and predictions[1]["prediction"]
    before = task.metrics(examples, predictions)
    assert before["exact"] == 0.5 and before["best_f1"] == before["HasAns_f1"] == 1.0
    assert before["NoAns_exact"] == 0.0
    task.tune(examples, predictions)
    assert [one["prediction"] for one in predictions] == ["rows", ""]
    after = task.metrics(examples, predictions)
    assert after["exact"] == after["f1"] == after["NoAns_f1"] == after["best_exact"] == 1.0
    answered, unanswered = (one["no_answer_score"] for one in predictions)
    assert after["best_f1_thresh"] == answered
    assert task.threshold == pytest.approx((answered + unanswered) / 2)
    # Restored with its threshold, it decides alike.
    again = restore(json.loads(json.dumps(task.settings())))
    decided = again.decode(model, examples, encoded, outputs)
    assert [one["prediction"] for one in decided] == ["rows", ""]
    again.write_submission(decided, tmp_path / "dev.json")
    assert json.loads((tmp_path / "dev.json").read_text()) == {"q1": "rows", "q2": ""}
    odds = json.loads((tmp_path / "dev.null_odds.json").read_text())
    assert odds["q1"] < odds["q2"]


def test_an_unknown_head():
    with pytest.raises(InputError, match="Did you mean 'joint'"):
        task_named("squad2", head="jiont")
