"""SQuAD's and CMRC's files, good and bad."""

import gzip
import json
import warnings
from pathlib import Path

import pytest

from keras_albert.benchmarks.questions.squad_files import read_squad
from keras_albert.errors import InputError

pytestmark = pytest.mark.once
CMRC = Path(__file__).parents[3] / "examples" / "data" / "cmrc2018_trial.squad.json.gz"
PASSAGE = "A table has rows and rows."


def _squad(*questions, context=PASSAGE):
    return {"version": "1.1", "data": [{"paragraphs": [{"context": context, "qas": questions}]}]}


def _question(**changes):
    answers = [{"text": "rows", "answer_start": 12}]
    return {"id": "q1", "question": "What?", "answers": answers, **changes}


def _file(tmp_path, content, name="dev.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_squad_is_read(tmp_path):
    path = _file(tmp_path, _squad(_question(), _question(id="q2")))
    first, second = read_squad(path).items
    assert (first.id, first.answers, tuple(first.span[:3])) == ("q1", ["rows"], ("rows", 12, 16))
    assert first.passage == PASSAGE and second.where == f"{path}: question q2"
    hidden = read_squad(path, labelled=False).items[0]
    assert hidden.answers is None and hidden.span is None


def test_squad_2_has_questions_without_answers(tmp_path):
    impossible = _question(answers=[], is_impossible=True, plausible_answers=[{"text": "A"}])
    path = _file(tmp_path, _squad(impossible))
    assert read_squad(path, unanswerable=True).items[0].answers == []
    with pytest.raises(InputError, match="question q1: it has no answer.*squad2"):
        read_squad(path)


def test_cmrcs_own_format_is_read(tmp_path):
    paragraph = {
        "context_id": "T1",
        "context_text": PASSAGE,
        "qas": [{"query_id": "T1_Q1", "query_text": "何？", "answers": ["columns", "rows"]}],
    }
    item = read_squad(_file(tmp_path, [paragraph])).items[0]
    assert (item.id, item.answers, item.span.start) == ("T1_Q1", ["columns", "rows"], 12)


def test_the_trial_set_of_cmrc():
    """What its makers say it holds, and what the offsets of five answers are."""
    with pytest.warns(UserWarning, match="answers of 5 questions .first TRIAL_210_QUERY_0"):
        examples = read_squad(CMRC)
    assert len(examples) == 1002 and not examples.skipped
    content = json.loads(gzip.decompress(CMRC.read_bytes()))
    contexts = [p["context"] for article in content["data"] for p in article["paragraphs"]]
    assert len(contexts) == 256 == len({item.passage for item in examples.items})
    for item in examples.items:
        assert item.passage[item.span.start : item.span.end] == item.answers[0].strip()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a JSON file"),
        ("3", 'expected SQuAD\'s object with "data"'),
        ({"date": []}, "no 'data'.*Did you mean 'date'"),
        ({"data": [{"paragraph": []}]}, r"data\[0\]: there is no 'paragraphs'"),
        ({"data": []}, "holds no questions"),
        (_squad(_question(), context=" "), r"paragraphs\[0\]: its context is empty"),
        (_squad(_question(id=None)), "'id' is NoneType"),
        (_squad({"id": "q1", "answers": []}), "question q1: there is no 'question'"),
        (_squad(_question(answers=[{"text": "columns", "answer_start": 3}])), "not in its passage"),
        (_squad(_question(answers=[{"text": " ", "answer_start": 3}])), "an answer is empty"),
        (
            _squad(_question(answers=[{"text": "rows", "answer_start": "12"}])),
            "answer_start is '12'",
        ),
        (_squad(_question(answers=[{"answer_start": 12}])), "an answer: there is no 'text'"),
        (_squad(_question(answers="rows")), "'answers' is str"),
        (_squad(_question(), _question()), "the id occurs twice"),
    ],
)
def test_what_is_wrong_is_said_and_can_be_left_out(content, message, tmp_path):
    path = _file(tmp_path, content)
    with pytest.raises(InputError, match=message) as error:
        read_squad(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)
    if not isinstance(content, dict) or "data" not in content or not content["data"]:
        return
    if "paragraphs" not in content["data"][0]:
        return
    good = {"context": PASSAGE, "qas": [_question(id="good")]}
    content["data"][0]["paragraphs"].append(good)
    examples = read_squad(_file(tmp_path, content), skip_bad=True)
    assert examples.items[-1].id == "good" and len(examples.skipped) == 1
    assert str(path) in examples.skipped[0]


def test_an_answer_elsewhere_is_taken_from_the_nearest_place(tmp_path):
    for start, expected in ((13, 12), (20, 21), (99, 21)):
        path = _file(tmp_path, _squad(_question(answers=[{"text": "rows", "answer_start": start}])))
        with pytest.warns(UserWarning, match="1 questions"):
            assert read_squad(path).items[0].span.start == expected
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_squad(_file(tmp_path, _squad(_question())))


def test_a_missing_or_damaged_archive(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_squad(tmp_path / "none.json.gz")
    path = tmp_path / "dev.json.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(InputError, match="not a gzipped JSON file"):
        read_squad(path)
