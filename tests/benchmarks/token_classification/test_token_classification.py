"""Entity metrics against conlleval; a task from file to answers."""

import random

import numpy as np
import pytest
from conlleval import evaluate

from keras_albert import AlbertBackbone
from keras_albert.benchmarks import restore, task_named
from keras_albert.benchmarks.token_classification.token_classification import (
    TokenClassification,
    entity_metrics,
)
from keras_albert.errors import InputError
from tests.exported import tokenizer

pytestmark = pytest.mark.once
FILE = "Ada I-PER\nLovelace I-PER\nwrote O\n\nU.N. B-ORG\nof O\nGeneva I-LOC\n"


@pytest.fixture
def task_and_examples(tmp_path):
    (tmp_path / "train.txt").write_text(FILE)
    task = task_named("ner")
    examples = task.read(tmp_path / "train.txt")
    task.learn(examples)
    return task, examples


def _model(task):
    sizes = {"vocabulary_size": 300, "num_layers": 1, "num_heads": 2, "embedding_dim": 4}
    backbone = AlbertBackbone(**sizes, hidden_dim=8, intermediate_dim=8, max_sequence_length=32)
    return task.build(backbone, tokenizer(), sequence_length=16, dropout=0.0)


def test_metrics_are_conllevals():
    draw = random.Random(3)
    tags = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    gold = [draw.choices(tags, k=9) for _ in range(200)]
    predicted = [[t if draw.random() < 0.6 else draw.choice(tags) for t in row] for row in gold]
    lines = []
    for one, other in zip(gold, predicted, strict=True):
        lines += [f"w {a} {b}" for a, b in zip(one, other, strict=True)] + [""]
    theirs = evaluate(lines)
    ours = entity_metrics(gold, predicted)
    overall = theirs["overall"]["chunks"]["evals"]
    assert ours["precision"] == pytest.approx(overall["prec"])
    assert ours["recall"] == pytest.approx(overall["rec"])
    assert ours["f1"] == pytest.approx(overall["f1"])
    for kind in ("PER", "LOC"):
        assert ours[f"f1_{kind}"] == pytest.approx(theirs["slots"]["chunks"][kind]["evals"]["f1"])


def test_the_case_that_seqevals_readme_publishes():
    gold = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    predicted = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
    measured = entity_metrics(gold, predicted)
    assert measured == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "f1_MISC": 0.0, "f1_PER": 1.0}
    assert entity_metrics([["O"]], [["O"]])["f1"] == 0.0


def test_gold_scores_give_gold_answers(task_and_examples, tmp_path):
    task, examples = task_and_examples
    assert task.labels == ["O", "B-LOC", "B-ORG", "B-PER", "I-LOC", "I-ORG", "I-PER"]
    model = _model(task)
    encoded = task.encode(model, examples)
    outputs = 20.0 * np.eye(len(task.labels))[encoded.y]
    answers = task.decode(model, examples, encoded, outputs)
    assert [answer["prediction"] for answer in answers] == [e.tags for e in examples.items]
    assert answers[0]["entities"][0]["text"] == "Ada Lovelace"
    assert all(answer["loss"] < 1e-6 for answer in answers)
    measured = task.metrics(examples, answers)
    assert measured["f1"] == measured["accuracy"] == 1.0 and task.main_metric == "f1"
    task.write_submission(answers, tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_text().splitlines()
    assert lines[:4] == ["Ada I-PER I-PER", "Lovelace I-PER I-PER", "wrote O O", ""]
    assert evaluate(lines)["overall"]["chunks"]["evals"]["f1"] == 1.0


def test_parts_of_speech_are_measured_by_word(tmp_path):
    (tmp_path / "a.txt").write_text("a DET\nrow NOUN\n")
    task = TokenClassification()
    task.learn(task.read(tmp_path / "a.txt"))
    assert (task.labels, task.main_metric) == (["DET", "NOUN"], "accuracy")
    row = {"gold": ["DET", "NOUN"], "prediction": ["DET", "DET"]}
    assert task.metrics(task.read(tmp_path / "a.txt"), [row]) == {"accuracy": 0.5}


def test_the_task_is_made_again_from_its_settings(task_and_examples):
    task, _ = task_and_examples
    again = restore(task.settings())
    assert again.settings() == task.settings() and again.main_metric == "f1"


def test_tags_that_training_lacks_are_named(task_and_examples, tmp_path):
    task, _ = task_and_examples
    (tmp_path / "b.txt").write_text("Ada I-PERS\n")
    examples = task.read(tmp_path / "b.txt")
    with pytest.raises(InputError, match="b.txt:1: the tag 'I-PERS'.*Did you mean 'I-PER'"):
        task.encode(_model(task), examples)
    (tmp_path / "c.txt").write_text("Ada X\nb X\n")
    with pytest.raises(InputError, match="every word has the tag 'X'"):
        TokenClassification().learn(task.read(tmp_path / "c.txt"))
