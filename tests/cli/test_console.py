"""What goes to standard output and what to standard error."""

import json
from typing import Any

import pytest

from keras_albert.cli import console
from keras_albert.cli.console import counting, say, show_result, stepping


def test_the_result_alone_is_on_standard_output(capsys: Any) -> None:
    with counting("Counting") as count, stepping("Stepping") as step:
        count("1,000 sentences")
        step(1, 2, {"loss": 1.0, "learning_rate": 0.1})
    say("A [line] for people")
    show_result({"a": "é", "b": [1]})
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"a": "é", "b": [1]}
    assert "A [line] for people" in captured.err


def test_progress_shows_losses_and_accuracies(capsys: Any) -> None:
    with stepping("Stepping") as step:
        step(3, 4, {"loss": 1.23456, "sentence_order_accuracy": 0.5, "learning_rate": 0.1})
    shown = capsys.readouterr().err
    assert "3/4" in shown
    assert "learning_rate" not in shown


def test_a_log_file_gets_lines(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "LOG_SECONDS", -1)
    with stepping("Stepping") as step:
        for number in range(1, 4):
            step(number, 3, {"loss": 1.0})
    assert "Stepping: 2 of 3 loss 1.000" in capsys.readouterr().err
