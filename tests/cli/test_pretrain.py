"""keras-albert pretrain."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import keras_albert.training.pretraining.run as training_run
from keras_albert import AlbertPretrainer
from keras_albert.cli import main


def test_it_leaves_a_run(pretrained: Path, recipe: Path) -> None:
    for name in ["recipe.json", "versions.json", "metrics.jsonl", "loss.png", "command.json"]:
        assert (pretrained / name).stat().st_size > 0
    assert json.loads((pretrained / "recipe.json").read_text())["total_steps"] == 4
    content = json.loads((pretrained / "command.json").read_text())
    assert content["options"]["recipe"] == str(recipe)
    assert content["result"]["step"] == 4
    model = AlbertPretrainer.from_preset(str(pretrained))
    assert model.backbone.hidden_dim == 16


def test_again_it_goes_on(
    run: Callable[..., Any], pretrained: Path, recipe: Path, store: Path
) -> None:
    """A finished run has nothing left to do."""
    before = (pretrained / "metrics.jsonl").read_text()
    result = run("pretrain", "--recipe", recipe, "--data", store, "--output", pretrained)
    assert (result["step"], result["completed"]) == (4, True)
    assert (pretrained / "metrics.jsonl").read_text() == before


def test_a_stopped_run_has_a_status_of_its_own(
    monkeypatch: pytest.MonkeyPatch, recipe: Path, store: Path, tmp_path: Path, capsys: Any
) -> None:
    stopped = SimpleNamespace(step=2, completed=False, model=None, metrics={"loss": 1.0})
    monkeypatch.setattr(training_run, "pretrain", lambda *_, **__: stopped)
    arguments = ["--recipe", str(recipe), "--data", str(store), "--output", str(tmp_path)]
    assert main(["pretrain", *arguments]) == 130
    assert json.loads(capsys.readouterr().out)["completed"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_step": 3}, "Did you mean 'total_steps'?"),
        ({"optimizer": {"name": "lamb", "learning_rate": 1, "warmup_stpes": 1}}, "'warmup_steps'"),
        ({"total_steps": 0}, "total_steps"),
        ({"data": {"sequence_length": 600, "batch_size": 4, "max_predictions": 5}}, "600"),
        ({"architecture": "albert_nanno"}, "Did you mean 'albert_nano'?"),
    ],
)
def test_a_wrong_recipe_is_refused(
    refused: Callable[..., str],
    recipe: Path,
    store: Path,
    tmp_path: Path,
    change: dict[str, Any],
    message: str,
) -> None:
    path = tmp_path / "mine.json"
    content = {**json.loads(recipe.read_text()), **change}
    content["sources"] = dict.fromkeys(set(content["sources"]) - {"nothing"}, "a test")
    if isinstance(content["architecture"], str):
        del content["sources"]["architecture"]
    path.write_text(json.dumps(content))
    output = tmp_path / "RUN"
    assert message in refused("pretrain", "--recipe", path, "--data", store, "--output", output)
    assert not output.exists()


def test_an_unknown_recipe_is_refused(
    refused: Callable[..., str], store: Path, tmp_path: Path
) -> None:
    arguments = ["--data", store, "--output", tmp_path / "RUN"]
    line = refused("pretrain", "--recipe", "albert_mirco", *arguments)
    assert "Did you mean 'albert_micro'?" in line
    assert not (tmp_path / "RUN").exists()


def test_a_missing_store_is_named(
    refused: Callable[..., str], recipe: Path, tmp_path: Path
) -> None:
    arguments = ["--data", tmp_path / "STORE", "--output", tmp_path / "RUN"]
    assert "No token store at" in refused("pretrain", "--recipe", recipe, *arguments)
    assert not (tmp_path / "RUN").exists()


def _copy(store: Path, folder: Path) -> Path:
    copy = folder / "STORE"
    shutil.copytree(store, copy)
    return copy


def test_a_truncated_shard_is_refused(
    refused: Callable[..., str], recipe: Path, store: Path, tmp_path: Path
) -> None:
    damaged = _copy(store, tmp_path)
    (shard,) = damaged.glob("*.array_record")
    shard.write_bytes(shard.read_bytes()[:-100])
    line = refused(
        *("pretrain", "--recipe", recipe, "--data", damaged, "--output", tmp_path / "RUN")
    )
    assert shard.name in line
    assert not (tmp_path / "RUN").exists()


def test_a_store_of_another_vocabulary_is_refused(
    refused: Callable[..., str],
    run: Callable[..., Any],
    recipe: Path,
    corpus: Path,
    store: Path,
    tmp_path: Path,
) -> None:
    run("vocabulary", "--corpus", corpus, "--size", 500, "--output", tmp_path / "V")
    line = refused(
        *("pretrain", "--recipe", recipe, "--data", store, "--vocabulary", tmp_path / "V"),
        *("--output", tmp_path / "RUN"),
    )
    assert "tokenizer" in line or "vocabulary" in line
    assert not (tmp_path / "RUN").exists()


@pytest.mark.parametrize("content", ["a file", "another folder"])
def test_an_output_that_is_no_run_is_refused(
    refused: Callable[..., str], recipe: Path, store: Path, tmp_path: Path, content: str
) -> None:
    output = tmp_path / "RUN"
    if content == "a file":
        output.write_text("precious")
    else:
        output.mkdir()
        (output / "mine.txt").write_text("precious")
    refused("pretrain", "--recipe", recipe, "--data", store, "--output", output)
    kept = output if content == "a file" else output / "mine.txt"
    assert kept.read_text() == "precious"
