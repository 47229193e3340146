"""The example runs; what it learns from and what it is measured on are apart."""

import json
import sys

import pytest

from examples import chinese_question_answering as example

pytestmark = pytest.mark.once


def test_the_baseline_names_the_sentence_with_most_shared_characters() -> None:
    passage = "甲在北京。乙在上海；丙在广州。"
    assert example.nearest_sentence("谁在上海？", passage) == "乙在上海"


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(output)])
    example.main()
    parts = {
        name: json.loads((output / f"{name}.json").read_text("utf-8"))["data"][0]["paragraphs"]
        for name in ("train", "validation")
    }
    train, validation = ({p["context"] for p in part} for part in parts.values())
    assert train and validation and not train & validation
    table = json.loads((output / "comparison.json").read_text("utf-8"))
    assert set(table) == {
        "the sentence with most shared characters",
        "pretrained",
        "from scratch",
    }
    for line in (output / "pretrained" / "predictions.jsonl").read_text("utf-8").splitlines():
        answer = json.loads(line)
        assert answer["context"] in validation
        if answer["prediction"]:
            assert answer["context"][answer["start"] : answer["end"]] == answer["prediction"]
    assert "from scratch" in capsys.readouterr().out
