"""C3 and ChID: small files of the benchmark's form, answers, submissions."""

import json

import pytest

from keras_albert.benchmarks import restore, task_named
from keras_albert.errors import InputError

pytestmark = pytest.mark.once
C3 = [
    [
        ["男：你好。", "女：再见。"],
        [
            {"question": "谁？", "choice": ["男", "女"], "answer": "女"},
            {"question": "几_人？", "choice": ["一", "二", "三"], "answer": "二"},
        ],
        "1-1",
    ]
]
CHID = {
    "content": ["希望能#idiom000378#再进一步，去#idiom000379#？", "可谓#idiom000380#。"],
    "candidates": ["百尺竿头", "随波逐流", "方兴未艾"],
}
ANSWERS = {"#idiom000378#": 0, "#idiom000379#": 1, "#idiom000380#": 2}


def write(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def test_c3(tmp_path):
    task = task_named("clue/c3")
    first, second = task.read(write(tmp_path / "d-dev.json", C3)).items
    assert (first.context, first.question, first.options) == (
        "男：你好。\n女：再见。",
        "谁？",
        ["男", "女"],
    )
    assert (first.answer, second.answer, second.question, second.id) == (1, 1, "几＿人？", "1")
    rows = [{"id": 0, "prediction": 1}, {"id": "1", "prediction": 0}]
    task.write_submission([{**row, "id": str(row["id"])} for row in rows], tmp_path / "out")
    lines = (tmp_path / "out" / "c311_predict.json").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"id": 0, "label": 1}, {"id": 1, "label": 0}]
    task.read(write(tmp_path / "test1.0.json", C3), labelled=False)
    assert task.submission == "c310_predict.json"
    C3_bad = [[C3[0][0], [{**C3[0][1][0], "answer": "他"}], "x"]]
    with pytest.raises(InputError, match=r"\[0\]: question 0: the answer '他' is not one"):
        task.read(write(tmp_path / "bad.json", C3_bad))


def test_chid(tmp_path):
    task = task_named("clue/chid")
    path = write(tmp_path / "dev.json", CHID)
    write(tmp_path / "dev_answer.json", ANSWERS)
    examples = task.read(path)
    assert [(e.id, e.answer) for e in examples.items] == list(ANSWERS.items())
    assert examples.items[0].question == "希望能_再进一步，去……？"
    assert examples.items[1].question == "希望能……再进一步，去_？"
    assert [e.answer for e in task.read(path, labelled=False).items] == [None] * 3
    rows = [{"id": name, "prediction": number} for name, number in ANSWERS.items()]
    task.write_submission(rows, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "chid11_predict.json").read_text()) == ANSWERS
    assert type(restore(task.settings())) is type(task)
    (tmp_path / "dev_answer.json").write_text("{}")
    with pytest.raises(InputError, match="#idiom000378#: the answer None is not one"):
        task.read(path)


def test_rows_of_the_library():
    row = {**CHID, "answers": {"text": list(ANSWERS), "candidate_id": list(ANSWERS.values())}}
    found = task_named("clue/chid").read_rows(iter([("r", row)]), "s").items
    assert [e.answer for e in found] == [0, 1, 2]
    row = {"context": C3[0][0], **C3[0][1][0]}
    (found,) = task_named("clue/c3").read_rows(iter([("r", row)]), "s").items
    assert (found.context, found.answer) == ("男：你好。\n女：再见。", 1)
