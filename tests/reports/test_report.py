"""The page, for every kind of answer: what it must say is in it, and it needs no other file."""

import html.parser
import json

import pytest

from keras_albert.errors import InputError
from keras_albert.reports import write_report

pytestmark = pytest.mark.once

SHARE = {"yes": 0.25, "no": 0.75}
KINDS = {
    "classes": [
        {
            "text": "a <b>text</b>",
            "text_pair": "its pair",
            "gold": "yes",
            "prediction": "no",
            "probabilities": SHARE,
            "correct": False,
            "loss": 1.39,
        },
        {
            "text": "another",
            "gold": "no",
            "prediction": "no",
            "probabilities": SHARE,
            "correct": True,
            "loss": 0.29,
        },
    ],
    "labels": [
        {
            "text": "a <b>text</b>",
            "gold": ["yes"],
            "prediction": ["yes", "no"],
            "probabilities": SHARE,
        }
    ],
    "number": [
        {"text": "a <b>text</b>", "gold": 4.0, "prediction": 1.5},
        {"text": "close", "gold": 2.0, "prediction": 2.1},
    ],
    "tokens": [
        {
            "words": ["a", "<b>text</b>", "in", "Rome"],
            "gold": ["O", "O", "O", "B-LOC"],
            "prediction": ["O", "B-ORG", "O", "B-LOC"],
            "scores": [0.75, 0.75, 1.0, 1.0],
            "entities": [],
        }
    ],
    "question": [
        {
            "id": "q1",
            "question": "What is a <b>text</b>?",
            "context": "It is Rome.",
            "gold": ["Rome"],
            "prediction": "is",
            "start": 3,
            "end": 5,
            "score": 0.5,
            "exact": 0,
            "f1": 0.0,
        }
    ],
    "choice": [
        {
            "id": "c1",
            "context": "a <b>text</b>",
            "question": "Which?",
            "options": ["north", "south"],
            "gold": 0,
            "prediction": 1,
            "probabilities": [0.25, 0.75],
            "correct": False,
            "loss": 1.39,
        }
    ],
}
METRICS = {
    "task": "a task",
    "main_metric": "f1",
    "metrics": {"f1": 0.625, "accuracy": 0.5},
    "labels": ["yes", "no"],
    "files": {"model": "albert_nano", "validation": "validation.jsonl"},
    "chance": {"accuracy": 0.375, "how": "always answering 'no'"},
    "settings": {"learning_rate": 3e-5},
    "best_seed": 0,
    "best_epoch": 1,
    "last_epoch": {"mean": 0.6, "standard_deviation": None},
    "seeds": [{"seed": 0, "epochs": [{"epoch": 1, "train_loss": 1.0, "f1": 0.625}]}],
}


class _Page(html.parser.HTMLParser):
    """The text of a page, and the addresses it would load."""

    def __init__(self):
        super().__init__()
        self.text, self.loads, self.tags = "", [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.loads += [value for name, value in attributes if name in ("src", "srcset", "data")]

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def run(tmp_path):
    def make(rows, metrics=METRICS):
        (tmp_path / "metrics.json").write_text(json.dumps(metrics))
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "predictions.jsonl").write_text(lines)
        return tmp_path

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer(kind, run):
    folder = run(KINDS[kind])
    assert write_report(folder)["kind"] == kind
    page = _Page()
    page.feed((folder / "report.html").read_text())
    assert "0.625" in page.text and "always answering 'no'" in page.text
    assert "<b>text</b>" in page.text, "texts are shown, not run"
    assert "The worst answers" in page.text
    assert ("Calibration" in page.text) == (kind not in ("number", "question"))
    assert not page.loads and "script" not in page.tags and "link" not in page.tags


def test_what_was_not_measured_is_left_out(run):
    folder = run([{"text": "one", "prediction": "no", "probabilities": SHARE}])
    write_report(folder, folder / "other.html")
    page = (folder / "other.html").read_text()
    assert "0.625" in page and "The worst answers" not in page
    assert not (folder / "report.html").exists()


def test_a_collapsed_seed_is_said(run):
    collapsed = [{"seed": 4, "reason": "every answer is 'no'"}]
    folder = run(KINDS["classes"], {**METRICS, "collapsed": collapsed})
    write_report(folder)
    assert "every answer is &#39;no&#39;" in (folder / "report.html").read_text()


def test_folders_without_a_result(run, tmp_path):
    with pytest.raises(InputError, match=r"metrics\.json"):
        write_report(tmp_path)
    folder = run([], {"steps": 3})
    with pytest.raises(InputError, match="holds no result of a task"):
        write_report(folder)
    folder = run(KINDS["classes"])
    (folder / "predictions.jsonl").write_text('{"prediction": 1}\n{"broken')
    with pytest.raises(InputError, match=r"predictions\.jsonl:2: not JSON"):
        write_report(folder)
    (folder / "predictions.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match=r"predictions\.jsonl:1: expected"):
        write_report(folder)
    (folder / "predictions.jsonl").unlink()
    with pytest.raises(InputError, match="does not exist"):
        write_report(folder)
    assert not list(folder.glob("*.html"))


def test_quality_against_depth_stands_beside_models_of_that_depth(tmp_path):
    points = [{"depth": d, "accuracy": d / 8, "interval": [0.0, 1.0]} for d in (1, 2, 4)]
    for name, more in (("elastic", {"depths": points}), ("two", {"layers": 2})):
        (tmp_path / name).mkdir()
        metrics = {"task": "t", "main_metric": "accuracy", "metrics": {"accuracy": 0.625}, **more}
        (tmp_path / name / "metrics.json").write_text(json.dumps(metrics))
        (tmp_path / name / "predictions.jsonl").write_text("")
    write_report(tmp_path / "elastic", beside=[tmp_path / "two"])
    page = (tmp_path / "elastic" / "report.html").read_text()
    assert "Quality against depth" in page and "trained with so many" in page
    assert "0.250" in page and page.count('<td class="number">0.625</td>') == 2
    with pytest.raises(InputError, match="no layers"):
        write_report(tmp_path / "elastic", beside=[tmp_path / "elastic"])
    with pytest.raises(InputError, match="no curve"):
        write_report(tmp_path / "two", beside=[tmp_path / "elastic"])
