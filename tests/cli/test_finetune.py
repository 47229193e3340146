"""keras-albert finetune."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keras_albert import AlbertTextClassifier
from keras_albert.cli.finetune import SHOWN


def test_it_leaves_a_classifier(finetuned: Path, labelled: Path) -> None:
    model = AlbertTextClassifier.from_preset(str(finetuned))
    assert model.num_classes == 2
    assert json.loads((finetuned / "model" / "labels.json").read_text()) == ["a", "b"]
    content = json.loads((finetuned / "command.json").read_text())
    assert content["options"]["train"] == str(labelled)
    assert content["result"]["n"] == 8
    assert content["result"]["settings"]["epochs"] == 1


@pytest.fixture
def arguments(pretrained: Path, labelled: Path, tmp_path: Path) -> dict[str, object]:
    return {
        "--model": pretrained,
        "--task": "text-classification",
        "--train": labelled,
        "--validation": labelled,
        "--output": tmp_path / "RUN2",
        "--sequence-length": 16,
    }


def _flat(arguments: dict[str, object]) -> list[object]:
    return [part for option in arguments.items() for part in option]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--task": "text-clasification"}, "Did you mean 'text-classification'?"),
        ({"--epochs": 0}, "epochs"),
        ({"--learning-rate": -1}, "learning_rate"),
        ({"--sequence-length": 600}, "32"),
        ({"--train": "none.jsonl"}, "none.jsonl"),
        ({"--model": "albert_bsae_v2"}, "albert_base_v2"),
        ({"--recipe": "mnil"}, "Did you mean 'mnli'"),
        ({"--class-weights": "balance"}, "class_weights"),
        ({"--depth": 99}, "more than the"),
        ({"--task-option": "stride"}, "expected NAME=VALUE"),
        ({"--task-option": "stride=8"}, "takes no such option"),
    ],
)
def test_bad_options_are_refused(
    refused: Callable[..., str],
    arguments: dict[str, object],
    change: dict[str, object],
    message: str,
) -> None:
    assert message in refused("finetune", *_flat({**arguments, **change}))
    assert not Path(str(arguments["--output"])).exists()


def test_a_settings_file_is_checked(
    refused: Callable[..., str], arguments: dict[str, object], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"warmup_fractoin": 0.5}')
    line = refused("finetune", *_flat(arguments), "--settings", settings)
    assert "settings.json" in line
    assert "Did you mean 'warmup_fraction'?" in line


def test_options_go_before_the_settings_file(
    run: Callable[..., Any],
    arguments: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    seen: dict[str, Any] = {}

    def finetune(*files: Any, **options: Any) -> dict[str, Any]:
        seen.update(options)
        return dict.fromkeys(SHOWN, 0)

    # The package exports the function under the module's name, so the module is asked for by name.
    module = importlib.import_module("keras_albert.training.finetuning.finetune")
    monkeypatch.setattr(module, "finetune", finetune)
    settings = tmp_path / "settings.json"
    settings.write_text('{"epochs": 9, "batch_size": 4, "dropout": 0.25}')
    run(
        *("finetune", *_flat(arguments), "--settings", settings, "--epochs", 1),
        *("--seed", 3, 4, "--from-scratch", "--skip-bad", "--recipe", "rte"),
        *("--steps", 7, "--patience", 2, "--class-weights", "balanced"),
    )
    assert seen["settings"].epochs == 1
    assert seen["settings"].batch_size == 4
    assert seen["settings"].dropout == 0.25
    assert seen["settings"].seeds == (3, 4)
    assert seen["from_scratch"] is True
    assert seen["settings"].class_weights == "balanced"
    assert (seen["settings"].steps, seen["settings"].patience) == (7, 2)
    assert (seen["skip_bad"], seen["recipe"]) == (True, "rte")


def test_elastic_leaves_the_quality_of_every_depth(
    run: Callable[..., Any], arguments: dict[str, object]
) -> None:
    result = run("finetune", *_flat(arguments), "--elastic", "--epochs", 1, "--batch-size", 4)
    metrics = json.loads((Path(result["output"]) / "metrics.json").read_text())
    assert metrics["settings"]["elastic"]["min_depth"] == 1
    assert [point["depth"] for point in metrics["depths"]] == [*range(1, metrics["layers"] + 1)]
    assert result["depths"] == metrics["depths"]
