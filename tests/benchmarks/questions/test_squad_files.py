"""SQuAD's and CMRC's files, good and bad."""

import gzip
import json
import warnings
from pathlib import Path

import datasets
import pandas
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


ROWS = [
    {
        "id": "q1",
        "context": PASSAGE,
        "question": "What\u2028?",
        "answers": {"text": ["rows", "rows and rows"], "answer_start": [12, 12]},
    },
    {
        "id": "q2",
        "context": PASSAGE,
        "question": "Why?",
        "answers": {"text": [], "answer_start": []},
    },
]
FLAT = [
    {
        **{key: row[key] for key in ("id", "context", "question")},
        "answers.text": row["answers"]["text"],
        "answers.answer_start": row["answers"]["answer_start"],
    }
    for row in ROWS
]


def _lines(rows, path):
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


WRITERS = {
    "dict.jsonl": lambda path: _lines(ROWS, path),
    "dict.json": lambda path: _lines(ROWS, path),
    "flat.jsonl": lambda path: _lines(FLAT, path),
    "flat.json": lambda path: path.write_text(json.dumps(FLAT)),
    "data.json": lambda path: path.write_text(json.dumps({"data": ROWS})),
    "listed.json": lambda path: path.write_text(json.dumps(ROWS), "utf-8-sig"),
    "pandas.json": lambda path: pandas.DataFrame(FLAT).to_json(path),
    "pandas.parquet": lambda path: pandas.DataFrame(FLAT).to_parquet(path),
    "set.json": lambda path: datasets.Dataset.from_list(ROWS).to_json(path),
    "flattened.json": lambda path: datasets.Dataset.from_list(ROWS).flatten().to_json(path),
    "set.parquet": lambda path: datasets.Dataset.from_list(ROWS).to_parquet(path),
    "nested.json": lambda path: path.write_text(
        json.dumps(
            _squad(
                {key: ROWS[0][key] for key in ("id", "question", "answers")},
                {"id": "q2", "question": "Why?", "is_impossible": True},
            )
        ),
        "utf-8-sig",
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_questions_as_people_have_them(name, tmp_path):
    path = tmp_path / name
    WRITERS[name](path)
    first, second = read_squad(path, unanswerable=True).items
    question = (first.id, first.question, first.passage, first.answers)
    assert question == ("q1", "What\u2028?", PASSAGE, ["rows", "rows and rows"])
    assert tuple(first.span[:3]) == ("rows", 12, 16)
    assert (second.id, second.answers, second.span) == ("q2", [], None)
    assert first.where.startswith(str(path)) and first.where.endswith("question q1")
    hidden = read_squad(path, labelled=False).items
    assert [one.answers for one in hidden] == [None, None]
    with pytest.raises(InputError, match="question q2: it has no answer.*squad2"):
        read_squad(path)
    assert len(read_squad(path, skip_bad=True)) == 1


@pytest.mark.parametrize("given", ["rows\n", " rows", "\n rows \n", "rows\u00a0"])
@pytest.mark.parametrize("start", [12, None])
def test_white_space_at_an_answers_ends_is_left_out(given, start, tmp_path):
    answer = {"text": given} if start is None else {"text": given, "answer_start": start}
    path = _file(tmp_path, _squad(_question(answers=[answer])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (item,) = read_squad(path).items
    assert tuple(item.span[:3]) == ("rows", 12, 16)


def test_white_space_inside_an_answer_may_be_another(tmp_path):
    answers = [{"text": "rows\nand  rows", "answer_start": 12}]
    path = _file(tmp_path, _squad(_question(answers=answers)))
    (item,) = read_squad(path).items
    assert tuple(item.span[:3]) == ("rows and rows", 12, 25)
    # With the blank counted by answer_start, too.
    answers = [{"text": " rows", "answer_start": 11}]
    (item,) = read_squad(_file(tmp_path, _squad(_question(answers=answers)))).items
    assert item.span.start == 12


def test_a_paragraph_without_questions_is_passed_over(tmp_path):
    content = _squad(_question())
    content["data"][0]["paragraphs"] += [{"context": "A."}, {"context": "B.", "qas": []}]
    assert len(read_squad(_file(tmp_path, content))) == 1
    content["data"][0]["paragraphs"].append({"context": "A.", "qa": []})
    with pytest.raises(InputError, match=r"paragraphs\[3\]: there is no 'qas'; .*'context', 'qa'"):
        read_squad(_file(tmp_path, content))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"context": PASSAGE},
            "a.jsonl:1: question 0: there is no 'question' or .*; there",
        ),
        ({"question": "a"}, "a.jsonl:1: there is no 'context' .*; there is 'question'"),
        ({"context": PASSAGE, "question": "a"}, "question 0: there is no 'answers'; there is "),
        ({**ROWS[0], "answers": "rows"}, "q1: 'answers' is str, not as expected: 'rows'"),
        (
            {**ROWS[0], "answers": {"text": ["a"], "answer_start": []}},
            "1 answers and 0 answer_start",
        ),
        ({**ROWS[0], "question": "\ud800"}, "question q1: the text holds .*surrogate"),
        ({**ROWS[0], "context": "\ud800"}, "a.jsonl:1: the text holds .*surrogate"),
    ],
)
def test_errors_say_what_was_found(row, message, tmp_path):
    path = tmp_path / "a.jsonl"
    _lines([row, {**ROWS[0], "id": "good"}], path)
    with pytest.raises(InputError, match=message):
        read_squad(path)
    examples = read_squad(path, skip_bad=True)
    assert [item.id for item in examples.items] == ["good"] and len(examples.skipped) == 1
