"""CLUENER: spans of characters to tags and back, the benchmark's own score."""

import json

import pytest

from keras_albert.benchmarks import restore, task_named
from keras_albert.benchmarks.token_classification.cluener import KINDS
from keras_albert.errors import InputError

pytestmark = pytest.mark.once
LINE = {
    "text": "北京勘察设计协会副会长兼秘书长周荫如",
    "label": {
        "organization": {"北京勘察设计协会": [[0, 7]]},
        "name": {"周荫如": [[15, 17]]},
        "position": {"副会长": [[8, 10]], "秘书长": [[12, 14]]},
    },
}


def score(predicted, gold):
    """As `score.py` of CLUENER2020 counts, where a kind that occurs nowhere counts 0."""
    values = []
    for kind in KINDS:
        tp = fp = fn = 0
        for one, other in zip(predicted, gold, strict=True):
            pre, right = (set(side["label"].get(kind, {})) for side in (one, other))
            tp, fp, fn = tp + len(pre & right), fp + len(pre - right), fn + len(right - pre)
        p, r = tp / (tp + fp) if tp else 0, tp / (tp + fn) if tp else 0
        values.append(2 * p * r / (p + r) if tp else 0)
    return sum(values) / len(values)


def test_spans_come_back_and_are_counted_officially(tmp_path):
    (tmp_path / "dev.json").write_text(json.dumps(LINE) + "\n")
    task = task_named("clue/cluener")
    examples = task.read(tmp_path / "dev.json")
    task.learn(examples)
    assert len(task.labels) == 21 and task.main_metric == "macro_f1"
    (item,) = examples.items
    wrong = [*item.tags[:15], "B-name", "I-name", "O"]
    for tags in (item.tags, wrong):
        row = {"words": item.words, "gold": item.tags, "prediction": tags, "id": 0}
        task.write_submission([row], tmp_path / "out")
        sent = json.loads((tmp_path / "out" / "cluener_predict.json").read_text("utf-8"))
        assert task.metrics(examples, [row])["macro_f1"] == pytest.approx(score([sent], [LINE]))
        assert (sent == {"id": 0, **LINE}) == (tags is item.tags)
    again = restore(task.settings())
    assert again.main_metric == "macro_f1" and again.tags_of(item) == item.tags


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": {"name": {"周荫如": [[0, 2]]}}}, "'周荫如' does not stand at"),
        ({"label": {"person": {}}}, "'person' is not one of"),
        ({"text": ""}, '"text" is missing'),
        ({"label": None}, '"label" is missing'),
    ],
)
def test_a_bad_line_is_named(change, message, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({**LINE, **change}))
    with pytest.raises(InputError, match=f"a.json:1: {message}"):
        task_named("clue/cluener").read(tmp_path / "a.json")
