"""Entity metrics against conlleval; a task from file to answers."""

import json
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
    # The file has IOB1; answers are IOB2.
    gold = [["B-PER", "I-PER", "O"], ["B-ORG", "O", "B-LOC"]]
    assert [answer["prediction"] for answer in answers] == gold
    assert [answer["gold"] for answer in answers] == gold
    assert answers[0]["entities"][0]["text"] == "Ada Lovelace"
    assert all(answer["loss"] < 1e-6 for answer in answers)
    measured = task.metrics(examples, answers)
    assert measured["f1"] == measured["accuracy"] == 1.0 and task.main_metric == "f1"
    task.write_submission(answers, tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_text().splitlines()
    assert lines[:4] == ["Ada B-PER B-PER", "Lovelace I-PER I-PER", "wrote O O", ""]
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


SCHEMES = {
    "IOB1 B-TYPE": "Ada I-PER\nLovelace I-PER\nBob B-PER\nwrote O\n",
    "IOB2 B_TYPE": "Ada B_PER\nLovelace I_PER\nBob B_PER\nwrote O\n",
    "IOB2 TYPE-B": "Ada PER-B\nLovelace PER-I\nBob PER-B\nwrote O\n",
    "BIOES B-TYPE": "Ada B-PER\nLovelace E-PER\nBob S-PER\nwrote O\n",
    "BMES B-TYPE": "Ada B-PER\nx M-PER\nLovelace E-PER\nBob S-PER\nwrote O\n",
    "BILOU B-TYPE": "Ada B-PER\nLovelace L-PER\nBob U-PER\nwrote O\n",
    "IOB2 B": "Ada B\nLovelace I\nBob B\nwrote O\n",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_is_measured_by_entities(scheme, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(SCHEMES[scheme])
    task = task_named("ner")
    examples = task.read(path)
    task.learn(examples)
    kind = "ENTITY" if scheme.endswith(" B") else "PER"
    assert task.labels == ["O", f"B-{kind}", f"I-{kind}"] and task.main_metric == "f1"
    assert task.notes() == [f"Tags: entities in {scheme}, converted to IOB2 B-TYPE."]
    assert all(task.problem(item) is None for item in examples.items)
    # As the saved model's task reads and counts them.
    again = restore(json.loads(json.dumps(task.settings())))
    examples = again.read(path)
    model = _model(again)
    encoded = again.encode(model, examples)
    answers = again.decode(model, examples, encoded, 20.0 * np.eye(3)[encoded.y])
    assert again.metrics(examples, answers)["f1"] == 1.0
    assert [entity["label"] for entity in answers[0]["entities"]] == [kind, kind]
    assert again.settings() == task.settings()
    assert again.as_learned(examples).items[0].tags == answers[0]["gold"]


def test_an_odd_tag_is_named_with_its_line(tmp_path):
    (tmp_path / "a.txt").write_text("Ada B-PER\nb I-PER\n\nc O\nd PERSON\n")
    task = task_named("ner")
    with pytest.raises(InputError, match=r"a.txt:5: the tag 'PERSON' is unlike .*tag_scheme=words"):
        task.learn(task.read(tmp_path / "a.txt"))
    task = task_named("ner", tag_scheme="words")
    task.learn(task.read(tmp_path / "a.txt"))
    assert task.labels == ["O", "B-PER", "I-PER", "PERSON"] and task.main_metric == "accuracy"
    assert task.notes() == ["Tags: each counts by itself (accuracy a word)."]


def test_validation_in_another_scheme_is_named(task_and_examples, tmp_path):
    task, _ = task_and_examples
    (tmp_path / "b.txt").write_text("Ada O\nb S-PER\n")
    (item,) = task.read(tmp_path / "b.txt").items
    assert task.problem(item).endswith(
        "b.txt:2: the tag 'S-PER' is not of the scheme IOB B-TYPE, which training has."
    )


def test_names_of_tags_come_from_a_file(tmp_path):
    (tmp_path / "names.txt").write_text("O\nB-PER\n")
    (tmp_path / "a.jsonl").write_text('{"tokens": ["Ada", "x"], "ner_tags": [1, 0]}')
    task = task_named("ner", tag_names=str(tmp_path / "names.txt"))
    assert task.read(tmp_path / "a.jsonl").items[0].tags == ["B-PER", "O"]
    assert restore(task.settings()).tag_names == ["O", "B-PER"]
    with pytest.raises(InputError, match="tag_names=.*expected a list of texts"):
        task_named("ner", tag_names=[1])


def test_a_submission_keeps_words_with_spaces_apart(task_and_examples, tmp_path):
    task, _ = task_and_examples
    words, tags = ["New York", "10\u00a0000", "a\tb\nc"], ["B-LOC", "O", "O"]
    row = {"words": words, "gold": tags, "prediction": tags}
    task.write_submission([row, row], tmp_path / "out.txt")
    (first, second) = task_named("ner", tag_column=1).read(tmp_path / "out.txt").items
    assert first.words == second.words == ["New York", "10\u00a0000", "a b c"]
    lines = (tmp_path / "out.txt").read_text("utf-8").split("\n")
    assert [line.count("\t") for line in lines] == [2, 2, 2, 0, 2, 2, 2, 0, 0]
