"""One seed: early stopping, a limit of updates, a loss that is no number, a collapse."""

import json

import pytest

from keras_albert.errors import InputError
from keras_albert.training import FinetuneSettings, finetune
from keras_albert.training.finetuning.finetune_seed import total_steps
from tests.training.finetuning.test_finetune import write_texts

pytestmark = pytest.mark.once

SETTINGS = FinetuneSettings(batch_size=8, sequence_length=16, optimizer="adamw", seeds=(1,))


def test_updates_are_the_fewer_of_both():
    settings = FinetuneSettings(epochs=3)
    assert total_steps(settings, 10) == 30
    assert total_steps(settings.model_copy(update={"steps": 25}), 10) == 25
    assert total_steps(settings.model_copy(update={"steps": 99}), 10) == 30


def test_what_does_not_learn_stops_early_and_is_said(whole_run, tmp_path):
    file = write_texts(tmp_path / "texts.jsonl", 1, 40)
    settings = SETTINGS.model_copy(
        update={"learning_rate": 1e-12, "epochs": 9, "patience": 1, "seeds": (1, 2)}
    )
    said = []
    result = finetune(
        *(whole_run[0], file, file, tmp_path / "run"), settings=settings, message=said.append
    )
    # Nothing moves, so the first epoch stays the best.
    assert [len(run["epochs"]) for run in result["seeds"]] == [2, 2]
    assert result["best_epoch"] == 1
    assert result["accuracy"] == pytest.approx(0.5, abs=0.3)
    collapsed = [run for run in result["seeds"] if run["collapsed"]]
    assert collapsed, "40 texts by two untrained heads, both better than chance"
    assert result["collapsed"][0].startswith(f"Seed {collapsed[0]['seed']} collapsed: it")
    assert said[-1].startswith("Warning: ")


def test_a_loss_that_is_not_finite_is_an_error_that_says_so(whole_run, tmp_path):
    file = write_texts(tmp_path / "texts.jsonl", 1, 40)
    settings = SETTINGS.model_copy(
        update={"learning_rate": 1e38, "epochs": 3, "warmup_fraction": 0.0, "clip": None}
    )
    with pytest.raises(InputError, match="lower learning_rate"):
        finetune(whole_run[0], file, file, tmp_path / "run", settings=settings)


def test_class_weights_and_rates_and_a_limit_of_updates(whole_run, tmp_path):
    file = write_texts(tmp_path / "texts.jsonl", 1, 40)
    settings = SETTINGS.model_copy(
        update={
            "class_weights": {"late": 1e-6},
            "rate_factors": {"embeddings": 0.5},
            "learning_rate": 0.01,
            "epochs": 4,
            "steps": 17,
        }
    )
    steps = []
    result = finetune(
        *(whole_run[0], file, file, tmp_path / "run"),
        settings=settings,
        progress=lambda step, total, values: steps.append((step, total)),
    )
    assert steps[-1] == (17, 17)
    rows = map(json.loads, (tmp_path / "run" / "predictions.jsonl").read_text().splitlines())
    # A label whose mistakes cost nothing is not answered.
    assert {row["prediction"] for row in rows} == {"early"}
    assert result["collapsed"][-1] == "The saved model is that of seed 1, which collapsed."
