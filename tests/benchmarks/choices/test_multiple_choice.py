"""Questions with options as JSON lines."""

import json

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.metrics import accuracy_score

from keras_albert import AlbertBackbone
from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError
from tests.exported import tokenizer

pytestmark = pytest.mark.once
ROWS = [
    {
        "id": "q1",
        "context": "A table.",
        "question": "A _ .",
        "options": ["row", "table"],
        "answer": 1,
    },
    {"question": "Which?", "options": ["one", "two", "three"], "answer": "C"},
]


def _read(folder, rows, **options):
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return task_named("multiple-choice").read(path, **options)


def test_answers_and_metrics(tmp_path):
    task, examples = task_named("multiple-choice"), _read(tmp_path, ROWS)
    sizes = {"vocabulary_size": 300, "num_layers": 1, "num_heads": 2, "embedding_dim": 4}
    backbone = AlbertBackbone(**sizes, hidden_dim=8, intermediate_dim=8, max_sequence_length=32)
    model = task.build(backbone, tokenizer(), sequence_length=16, dropout=0.0)
    encoded = task.encode(model, examples)
    assert encoded.x["token_ids"].shape == (2, 3, 16) and encoded.y.tolist() == [1, 2]
    scores = np.array([[1.0, 2.0, -1e9], [3.0, 2.0, 1.0]])
    answers = task.decode(model, examples, encoded, scores)
    logs = log_softmax(scores, axis=-1)
    assert [answer["loss"] for answer in answers] == pytest.approx([-logs[0, 1], -logs[1, 2]])
    assert [len(answer["probabilities"]) for answer in answers] == [2, 3]
    expected = accuracy_score(encoded.y, scores.argmax(-1))
    assert task.metrics(examples, answers) == {"accuracy": expected}
    assert task.chance(examples, examples)["accuracy"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    json.dumps(answers)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"question": "a", "options": ["a", "b"]}, '"answer" is missing'),
        ({"question": "a", "option": ["a", "b"], "answer": 0}, "Did you mean 'option'"),
        ({"question": "a", "options": ["a", "b"], "answer": 2}, "0 to 1, or A to B"),
        ({"question": "a", "options": ["a", "b"], "answer": "C"}, "0 to 1, or A to B"),
        ({"question": "a", "options": ["a"], "answer": 0}, "two or more"),
        ({"question": "a", "options": ["a", ""], "answer": 0}, "an option is ''"),
        ({"question": " ", "options": ["a", "b"], "answer": 0}, "neither"),
        ({"question": 4, "options": ["a", "b"], "answer": 0}, '"question" is int'),
    ],
)
def test_bad_rows_are_named_or_left_out(row, message, tmp_path):
    with pytest.raises(InputError, match=message) as caught:
        _read(tmp_path, [ROWS[0], row])
    assert "a.jsonl:2" in str(caught.value)
    examples = _read(tmp_path, [ROWS[0], row], skip_bad=True)
    assert (len(examples), len(examples.skipped)) == (1, 1)


def test_a_test_set_has_no_answers(tmp_path):
    rows = [{key: value for key, value in row.items() if key != "answer"} for row in ROWS]
    assert [e.answer for e in _read(tmp_path, rows, labelled=False).items] == [None, None]
