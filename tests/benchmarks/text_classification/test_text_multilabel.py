"""Files of several labels: lists, tables, mistakes."""

import pytest

from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError

pytestmark = pytest.mark.once


def test_tables_say_the_same_as_json_lines(tmp_path):
    task = task_named("text-multilabel")
    (tmp_path / "f.csv").write_text("text,labels\na,x|y\nb,\n")
    (tmp_path / "f.jsonl").write_text(
        '{"text": "a", "labels": ["y", "x"]}\n{"text": "b", "labels": []}\n'
    )
    for name in ("f.csv", "f.jsonl"):
        assert [e.label for e in task.read(tmp_path / name).items] == [["x", "y"], []]


def test_mistakes_are_named(tmp_path):
    task = task_named("text-multilabel")
    file = tmp_path / "f.jsonl"
    file.write_text('{"text": "a", "labels": ["x", null]}\n')
    with pytest.raises(InputError, match='f.jsonl:1: "labels" is missing or is'):
        task.read(file)
    file.write_text('{"text": "a", "labels": []}\n')
    with pytest.raises(InputError, match="no text has any label"):
        task.learn(task.read(file))
    file.write_text('{"text": "a", "labels": ["sprot"]}\n')
    task.labels = ["sport"]
    assert "f.jsonl:1: the label 'sprot'" in task.problem(task.read(file).items[0])
