"""What all text tasks share: arrays in, answers out, losses by SciPy."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special

from keras_albert.benchmarks import task_named
from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

LOGITS = np.array([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0]], np.float32)


class FakePreprocessor:
    def __call__(self, x):
        self.x = x
        return {"token_ids": np.zeros((2, 4), int), "padding_mask": np.ones((2, 4), int)}


def examples_of(task, folder, rows):
    file = folder / "f.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return task.read(file)


def encoded(task, examples):
    model = SimpleNamespace(preprocessor=FakePreprocessor())
    return model, task.encode(model, examples)


def test_one_label(tmp_path):
    task = task_named("text-classification")
    rows = [{"text": "a", "text_pair": "b", "label": "y", "id": 5}]
    rows += [{"text": "c", "text_pair": "d", "label": "z"}]
    examples = examples_of(task, tmp_path, rows)
    task.labels = ["x", "y", "z"]
    model, arrays = encoded(task, examples)
    assert model.preprocessor.x == (["a", "c"], ["b", "d"])
    assert arrays.y.tolist() == [1, 2] and len(arrays) == 2
    first, second = task.decode(model, examples, arrays, LOGITS)
    expected = scipy.special.softmax(LOGITS.astype(float), -1)
    assert (first["id"], first["text_pair"], first["gold"]) == (5, "b", "y")
    assert (first["prediction"], first["correct"], second["correct"]) == ("x", False, True)
    np.testing.assert_allclose(list(first["probabilities"].values()), expected[0])
    assert first["loss"] == pytest.approx(-np.log(expected[0, 1]))
    json.dumps([first, second])
    assert task.metrics(examples, [first, second])["accuracy"] == 0.5


def test_labels_outside_the_set(tmp_path):
    task = task_named("text-classification")
    examples = examples_of(task, tmp_path, [{"text": "a", "label": "yy"}])
    task.labels = ["x", "yes"]
    task.training_file = "train.jsonl"
    with pytest.raises(InputError, match=r"f.jsonl:1: .*'yy' does not occur in train.jsonl"):
        encoded(task, examples)


def test_several_labels(tmp_path):
    task = task_named("text-multilabel")
    rows = [{"text": "a", "labels": ["z", "x"]}, {"text": "b", "labels": []}]
    examples = examples_of(task, tmp_path, rows)
    task.learn(examples)
    assert task.labels == ["x", "z"]
    model, arrays = encoded(task, examples)
    assert arrays.y.tolist() == [[1, 1], [0, 0]]
    answers = task.decode(model, examples, arrays, LOGITS[:, :2] - 1)
    assert [row["prediction"] for row in answers] == [["x"], []]
    assert answers[0]["gold"] == ["x", "z"] and answers[1]["correct"]
    probabilities = scipy.special.expit(LOGITS[:, :2].astype(float) - 1)
    np.testing.assert_allclose(list(answers[1]["probabilities"].values()), probabilities[1])
    assert answers[1]["loss"] == pytest.approx(-np.log(1 - probabilities[1]).mean())


def test_a_number(tmp_path):
    task = task_named("text-regression")
    examples = examples_of(task, tmp_path, [{"text": t, "label": n} for t, n in ("a1", "b4")])
    task.learn(examples)
    model, arrays = encoded(task, examples)
    assert arrays.y.tolist() == [[1], [4]] and task.num_outputs() == 1
    answers = task.decode(model, examples, Encoded({}, None, None, np.arange(2)), [[0.5], [3.5]])
    assert [row["loss"] for row in answers] == [0.25, 0.25]
    metrics = task.metrics(examples, answers)
    assert metrics == pytest.approx({"pearson": 1, "spearman": 1, "mean_squared_error": 0.25})
