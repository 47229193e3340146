"""The table of usual tags counted by hand; Brown's format; the example runs."""

import sys

import pytest

from examples import part_of_speech_tagging
from keras_albert.files import read_json

pytestmark = pytest.mark.once


def test_browns_tags_are_cut_to_their_stem() -> None:
    text = "\n\n\tThe/at Fulton/np-tl 1/2/cd l'etat/fw-nn won't/md* I'm/ppss+bem --/-- ./.\n\n"
    (row,) = part_of_speech_tagging.brown_sentences(text)
    assert row["words"] == ["The", "Fulton", "1/2", "l'etat", "won't", "I'm", "--", "."]
    assert row["tags"] == ["at", "np", "cd", "nn", "md*", "ppss", "--", "."]


def test_the_usual_tag_is_the_most_frequent_one() -> None:
    train = [{"words": ["A", "a", "a", "b"], "tags": ["X", "Y", "Y", "Z"]}]
    validation = [{"words": ["a", "b", "new"], "tags": ["Y", "X", "Y"]}]
    assert part_of_speech_tagging.usual_tags(train, validation) == pytest.approx(2 / 3)


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(tmp_path)])
    part_of_speech_tagging.main()
    assert "untrained twin" in capsys.readouterr().out
    metrics = read_json(tmp_path / "pretrained" / "metrics.json")
    assert metrics["main_metric"] == "accuracy" and "NOUN" in metrics["labels"]
