"""keras-albert evaluate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_it_measures_beside_chance_and_keeps_it(
    run: Callable[..., Any], pretrained: Path, held_out: Path
) -> None:
    result = run("evaluate", "--model", pretrained, "--data", held_out)
    for part in ("masked_tokens", "sentence_order"):
        low, high = result[part]["interval"]
        assert 0 <= low <= result[part]["accuracy"] <= high <= 1
        assert result[part]["n"] > 0
    assert result["sentence_order"]["chance"]["accuracy"] == 0.5
    kept = json.loads((pretrained / "evaluation.json").read_text())
    assert kept["result"] == result
    assert kept["options"]["data"] == str(held_out)


def test_the_output_can_be_chosen(
    run: Callable[..., Any], pretrained: Path, held_out: Path, tmp_path: Path
) -> None:
    result = run(
        *("evaluate", "--model", pretrained / "model", "--data", held_out),
        *("--output", tmp_path / "e.json", "--sequence-length", 24),
    )
    assert json.loads((tmp_path / "e.json").read_text())["result"] == result
    assert result["settings"]["sequence_length"] == 24
    # A folder is one for both kinds of model, there or not.
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "there", tmp_path / "new"):
        result = run(
            *("evaluate", "--model", pretrained / "model", "--data", held_out),
            *("--output", folder, "--sequence-length", 24, "--depths", "all"),
        )
        assert json.loads((folder / "evaluation.json").read_text())["result"] == result
    made = run("report", "--run", tmp_path / "new", "--beside", tmp_path / "there")
    assert made["kind"] == "pretrained"


def test_bad_input_is_refused(
    refused: Callable[..., str], pretrained: Path, held_out: Path, tmp_path: Path
) -> None:
    assert str(tmp_path) in refused("evaluate", "--model", tmp_path, "--data", held_out)
    assert str(tmp_path) in refused("evaluate", "--model", pretrained, "--data", tmp_path)
    arguments = ["--model", pretrained, "--data", held_out, "--output", tmp_path / "e.json"]
    line = refused("evaluate", *arguments, "--sequence-length", 600)
    assert "600 is more than the" in line and "positions" in line and "\x1b" not in line
    assert not (tmp_path / "e.json").exists()


def test_a_finetuned_model_is_measured_on_a_file_and_answers_a_test_set(
    run: Callable[..., Any], finetuned: Path, labelled: Path, tmp_path: Path
) -> None:
    before = json.loads((finetuned / "metrics.json").read_text())
    result = run(
        *("evaluate", "--model", finetuned, "--data", labelled, "--output", tmp_path / "E")
    )
    assert result["metrics"]["accuracy"] == before["accuracy"]
    assert (result["task"], result["n"]) == ("text-classification", 8)
    lines = (tmp_path / "E" / "predictions.jsonl").read_text().splitlines()
    assert sum(json.loads(line)["correct"] for line in lines) == result["correct"]
    assert json.loads((tmp_path / "E" / "command.json").read_text())["result"]["n"] == 8
    file = tmp_path / "test.jsonl"
    file.write_text('{"text": "a number 1"}\n{"text": ""}\n')
    result = run(
        *("evaluate", "--model", finetuned, "--data", file, "--unlabelled", "--skip-bad"),
        *("--output", tmp_path / "E"),
    )
    assert result["metrics"] == {} and "test.jsonl:2" in result["skipped"]["data"][0]
    line = (tmp_path / "E" / "predictions.jsonl").read_text()
    assert set(json.loads(line)["probabilities"]) == {"a", "b"}


def test_what_a_finetuned_model_cannot_do_is_refused(
    refused: Callable[..., str], pretrained: Path, finetuned: Path, labelled: Path, tmp_path: Path
) -> None:
    arguments = ("evaluate", "--data", labelled, "--model")
    assert "was not fine-tuned" in refused(*arguments, pretrained)
    assert "600" in refused(*arguments, finetuned, "--sequence-length", 600)
    assert "glue/rte has the labels" in refused(*arguments, finetuned, "--task", "glue/rte")
    assert "no format for submissions" in refused(
        *arguments, finetuned, "--submission", tmp_path / "s.tsv"
    )


def test_quality_is_measured_at_depths(
    run: Callable[..., Any], refused: Callable[..., str], finetuned: Path, labelled: Path
) -> None:
    result = run("evaluate", "--model", finetuned, "--data", labelled, "--depths", "all")
    assert [point["depth"] for point in result["depths"]] == [*range(1, result["layers"] + 1)]
    assert result["depths"][-1]["accuracy"] == result["metrics"]["accuracy"]
    arguments = ["evaluate", "--model", finetuned, "--data", labelled]
    assert "layers" in refused(*arguments, "--depths", "1,99")
    assert "--depths x" in refused(*arguments, "--depths", "x")
