"""One seed: early stopping, a limit of updates, a loss that is no number, a collapse."""

import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference import load_predictor
from keras_albert.models import AlbertBackbone
from keras_albert.training import FinetuneSettings, finetune
from keras_albert.training.finetuning.finetune_seed import total_steps
from keras_albert.training.recipe import LoraSettings
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


@pytest.mark.parametrize("seeds", [(1,), (1, 2)])
def test_weights_that_are_not_finite_are_never_the_best(whole_run, tmp_path, seeds):
    """One update, whose loss is that of sound weights; and again, after what was kept is gone."""
    file = write_texts(tmp_path / "texts.jsonl", 1, 8)
    rate = {"learning_rate": 3e38, "epochs": 1, "warmup_fraction": 0.0, "clip": None}
    settings = SETTINGS.model_copy(update={**rate, "seeds": seeds})
    for _ in range(2):
        with pytest.raises(InputError, match="finite loss and finite weights: lower learning_rate"):
            finetune(whole_run[0], file, file, tmp_path / "run", settings=settings)
    assert [path.name for path in tmp_path.iterdir()] == ["texts.jsonl"]
    # The folder is free for another rate.
    low = settings.model_copy(update={"learning_rate": 1e-3})
    result = finetune(whole_run[0], file, file, tmp_path / "run", settings=low)
    assert all("lost" not in run["epochs"][0] for run in result["seeds"])


def test_adapters_are_all_that_trains(whole_run, tmp_path):
    """model/ has the adapters added; loaded into the model as it was, they make the same sum."""
    file = write_texts(tmp_path / "texts.jsonl", 1, 40)
    settings = SETTINGS.model_copy(
        update={"learning_rate": 0.01, "epochs": 2, "lora": LoraSettings(rank=2)}
    )
    finetune(whole_run[0], file, file, tmp_path / "run", settings=settings)
    before, after, adapted = (
        AlbertBackbone.from_preset(str(folder))
        for folder in (whole_run[0], tmp_path / "run" / "model", whole_run[0])
    )
    changed = [
        old.path
        for old, new in zip(before.weights, after.weights, strict=True)
        if not np.array_equal(np.array(old), np.array(new))
    ]
    assert changed and all("query_key_value/kernel" in path for path in changed)
    adapted.load_lora_weights(str(tmp_path / "run" / "adapters.lora.h5"))
    ids = np.arange(16, dtype="int32").reshape(2, 8)
    x = {"token_ids": ids, "segment_ids": ids * 0, "padding_mask": ids * 0 + 1}
    for name, value in adapted.predict(x, verbose=0).items():
        np.testing.assert_allclose(value, after.predict(x, verbose=0)[name], atol=1e-5)
    assert task_answers(tmp_path / "run") == [
        answer["label"] for answer in load_predictor(tmp_path / "run").predict(texts_of(file))
    ]


def test_adapters_of_random_weights_are_refused(whole_run, tmp_path):
    file = write_texts(tmp_path / "texts.jsonl", 1, 8)
    settings = SETTINGS.model_copy(update={"lora": LoraSettings(rank=2)})
    with pytest.raises(InputError, match="leave one of both out"):
        finetune(
            *(whole_run[0], file, file, tmp_path / "run"), settings=settings, from_scratch=True
        )


def task_answers(run):
    rows = map(json.loads, (run / "predictions.jsonl").read_text().splitlines())
    return [row["prediction"] for row in rows]


def texts_of(file):
    return [json.loads(line)["text"] for line in file.read_text().splitlines()]


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
