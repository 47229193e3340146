"""keras-albert tune-exit, and predict --exit with what it found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_threshold_found_is_the_default_of_predict(
    run: Callable[..., Any], refused: Callable[..., str], finetuned: Path, labelled: Path
) -> None:
    assert "tune-exit" in refused("predict", "--model", finetuned, "--text", "a", "--exit", "auto")
    found = run("tune-exit", "--model", finetuned, "--data", labelled, "--loss", 0.5)
    assert found["at_exit"] >= 0.5 * found["full_depth"]
    assert found["mean_depth"] <= found["layers"]
    kept = json.loads((finetuned / "model" / "exit.json").read_text())
    assert kept["threshold"] == found["threshold"]
    arguments = ["predict", "--model", finetuned, "--text", "a number 1", "a word"]
    answers = run(*arguments, "--exit", "auto")
    assert all(1 <= answer["depth"] <= found["layers"] for answer in answers)
    (full,) = {a["depth"] for a in run(*arguments, "--exit", "0", "--exit-criterion", "entropy")}
    assert full == found["layers"]
    (shallow,) = {answer["depth"] for answer in run(*arguments, "--exit", "0.01")}
    assert shallow == 1
    (finetuned / "model" / "exit.json").unlink()


def test_bad_input_is_refused(refused: Callable[..., str], finetuned: Path, labelled: Path) -> None:
    arguments = ["tune-exit", "--model", finetuned, "--data", labelled]
    assert "patience" in refused(*arguments, "--exit-criterion", "patients")
    assert "holds no model" in refused("tune-exit", "--model", labelled.parent, "--data", labelled)
