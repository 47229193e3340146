"""RACE's folders, with the parts measured apart."""

import json

import pytest

from keras_albert.benchmarks import task_named
from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.recipe import FinetuneSettings
from tests.exported import model_folder

pytestmark = pytest.mark.once


def _passage(folder, part, number, **changes):
    content = {
        "id": f"{part}{number}.txt",
        "article": f"Passage {number}.",
        "questions": ["It is a _ .", "Which is it?"],
        "options": [["a", "b", "c", "d"], ["e", "f", "g", "h"]],
        "answers": ["B", "D"],
        **changes,
    }
    (folder / part).mkdir(parents=True, exist_ok=True)
    file = folder / part / f"{number}.txt"
    file.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))
    return file


def test_both_parts_of_a_folder_are_read_in_order(tmp_path):
    for part, number in (("middle", 10), ("middle", 9), ("high", 3)):
        _passage(tmp_path, part, number)
    task = task_named("race")
    examples = task.read(tmp_path)
    assert [e.id for e in examples.items] == [
        *("high3.txt-0", "high3.txt-1", "middle9.txt-0", "middle9.txt-1"),
        *("middle10.txt-0", "middle10.txt-1"),
    ]
    assert [e.answer for e in examples.items] == [1, 3] * 3
    assert [e.group for e in examples.items] == ["high"] * 2 + ["middle"] * 4
    rows = [{"group": e.group, "correct": n in (0, 2, 3, 4)} for n, e in enumerate(examples.items)]
    assert task.metrics(examples, rows) == pytest.approx(
        {"accuracy": 4 / 6, "accuracy_high": 1 / 2, "accuracy_middle": 3 / 4}
    )
    assert len(task.read(tmp_path / "high")) == 2
    assert len(task.read(tmp_path / "high" / "3.txt", labelled=False)) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": None}, "'answers' is missing"),
        ({"answers": ["A"]}, "as many options and answers"),
        ({"answers": ["A", "E"]}, "question 1: the answer is 'E'"),
        ({"options": [["a", "b"], ["a"]]}, "question 1: .*two or more"),
        ({"questions": ["a", 5]}, "question 1 is int"),
        ({"article": 5}, "its article is int"),
        ({"questions": 5}, "in lists"),
        ({"options": {"a": 1, "b": 2}}, "in lists"),
        ({"answers": "BD"}, "in lists"),
    ],
)
def test_bad_passages_are_named_or_left_out(changes, message, tmp_path):
    _passage(tmp_path, "middle", 1)
    file = _passage(tmp_path, "middle", 2, **changes)
    task = task_named("race")
    with pytest.raises(InputError, match=message) as caught:
        task.read(tmp_path)
    assert str(file) in str(caught.value)
    examples = task.read(tmp_path, skip_bad=True)
    assert len(examples) >= 2 and len(examples.skipped) == 1


def test_fine_tuning_reads_the_folders_and_answers(tmp_path):
    for part in ("middle", "high"):
        _passage(tmp_path / "race", part, 1)
    settings = FinetuneSettings(epochs=1, batch_size=2, sequence_length=32)
    folder = tmp_path / "race"
    result = finetune(
        model_folder("masked_lm"), folder, folder, tmp_path / "out", task="race", settings=settings
    )
    assert set(result["metrics"]) >= {"accuracy", "accuracy_high", "accuracy_middle"}
    rows = [json.loads(line) for line in (tmp_path / "out" / "predictions.jsonl").open()]
    asked = {key: rows[0][key] for key in ("context", "question", "options")}
    (answer,) = load_predictor(tmp_path / "out").predict([asked])
    assert answer["probabilities"] == pytest.approx(rows[0]["probabilities"], abs=1e-5)


def test_folders_without_passages(tmp_path):
    with pytest.raises(InputError, match="no passages"):
        task_named("race").read(tmp_path)
    (tmp_path / "1.txt").write_text("{")
    with pytest.raises(InputError, match="not a JSON file"):
        task_named("race").read(tmp_path)
