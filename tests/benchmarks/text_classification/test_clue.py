"""CLUE: lines as the benchmark's files have them, marks of WSC, submissions, settings."""

import json

import pytest

from keras_albert.benchmarks import restore, task_named
from keras_albert.errors import InputError

pytestmark = pytest.mark.once

LINES = {
    "afqmc": (
        {"sentence1": "双十一花呗提额在哪", "sentence2": "里可以提花呗额度", "label": "0"},
        ("双十一花呗提额在哪", "里可以提花呗额度", "0"),
    ),
    "tnews": (
        {"label": "102", "label_desc": "news_entertainment", "sentence": "江疏影甜甜圈自拍"},
        ("江疏影甜甜圈自拍", None, "102"),
    ),
    "iflytek": (
        {"label": "110", "label_des": "社区超市", "sentence": "朴朴快送超市创立于2016年"},
        ("朴朴快送超市创立于2016年", None, "110"),
    ),
    "cmnli": (
        {"sentence1": "新的权利已经足够好了", "sentence2": "每个人都很喜欢", "label": "neutral"},
        ("新的权利已经足够好了", "每个人都很喜欢", "neutral"),
    ),
    "csl": (
        {"id": 1, "abst": "为解决问题", "keyword": ["水声学", "时延"], "label": "0"},
        ("水声学 时延", "为解决问题", "0"),
    ),
    "wsc": (
        {
            "target": {
                "span2_index": 5,
                "span1_index": 2,
                "span1_text": "床",
                "span2_text": "它",
            },
            "idx": 261,
            "label": "false",
            "text": "这时床边有它，很旧",
        },
        ("这时_床_边有[它]，很旧", None, "false"),
    ),
    "ocnli": (
        {"sentence1": "身上裹一件", "sentence2": "身上穿一件", "label": "entailment", "id": 0},
        ("身上裹一件", "身上穿一件", "entailment"),
    ),
}


def write(folder, *rows):
    file = folder / "train.json"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file


@pytest.mark.parametrize("name", LINES)
def test_a_line_of_each_task(tmp_path, name):
    row, expected = LINES[name]
    (example,) = task_named(f"clue/{name}").read(write(tmp_path, row)).items
    assert (example.text, example.text_pair, example.label) == expected
    assert example.id == row.get("id")


def test_spans_are_marked_in_either_order(tmp_path):
    row = LINES["wsc"][0] | {"text": "它在床边"}
    row["target"] = {"span1_index": 2, "span1_text": "床边", "span2_index": 0, "span2_text": "它"}
    (example,) = task_named("clue/wsc").read(write(tmp_path, row)).items
    assert example.text == "[它]在_床边_"


def test_pairs_nobody_agreed_on_are_left_out(tmp_path):
    row = LINES["ocnli"][0]
    file = write(tmp_path, row | {"label": "-"}, row)
    assert len(task_named("clue/ocnli").read(file)) == 1
    assert len(task_named("clue/ocnli").read(file, labelled=False)) == 2


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("tnews", {"label": "105"}, "train.json:1: '105' is not a label of clue/tnews"),
        ("csl", {"keyword": "水声学"}, 'train.json:1: "keyword"'),
        ("wsc", {"target": {}}, 'train.json:1: "target" needs'),
        ("wsc", {"text": "床"}, "'它' does not stand at character 5"),
        ("afqmc", {"sentence2": ""}, 'train.json:1: "sentence2"'),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, name, change, message):
    with pytest.raises(InputError, match=message):
        task_named(f"clue/{name}").read(write(tmp_path, LINES[name][0] | change))


def test_a_submission_names_classes_in_words(tmp_path):
    task = task_named("clue/tnews")
    task.read(write(tmp_path, LINES["tnews"][0]))
    task = restore(json.loads(json.dumps(task.settings())))
    task.write_submission([{"id": 7, "prediction": "102"}, {"prediction": "100"}], tmp_path)
    lines = (tmp_path / "tnews11_predict.json").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": 7, "label": "102", "label_desc": "news_entertainment"},
        {"id": 1, "label": "100"},
    ]
    (tmp_path / "test1.0.json").write_text(json.dumps(LINES["tnews"][0]))
    task.read(tmp_path / "test1.0.json")
    assert task.submission_file(tmp_path / "new").parts[-2:] == ("new", "tnews10_predict.json")
