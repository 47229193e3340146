"""A fine-tuning that is stopped goes on to the same weights, and to nothing else."""

import json

import numpy as np
import pytest
import safetensors.numpy

from keras_albert.errors import InputError
from keras_albert.models import AlbertTextClassifier
from keras_albert.training import FinetuneSettings, finetune
from keras_albert.training.recipe import LoraSettings
from tests.training.finetuning.test_finetune import write_texts

SETTINGS = FinetuneSettings(
    learning_rate=0.003, epochs=2, batch_size=8, sequence_length=16, dropout=0.3, seeds=(1,)
)


class Stopped(Exception):
    """What a SIGKILL is to the process, here without its end."""


def stop_at(step):
    def progress(done, total, values):
        if done == step:
            raise Stopped

    return progress


@pytest.mark.parametrize(
    ("seeds", "lora"),
    [
        pytest.param((1,), None, marks=pytest.mark.per_backend),
        pytest.param((1, 2), None, marks=pytest.mark.once),
        pytest.param((1,), LoraSettings(rank=2), marks=pytest.mark.once),
    ],
)
def test_a_stopped_run_ends_with_the_same_bits(whole_run, tmp_path, seeds, lora):
    settings = SETTINGS.model_copy(update={"seeds": seeds, "lora": lora})
    finished = len(seeds) - 1
    file = write_texts(tmp_path / "texts.jsonl", 1, 40)
    whole = finetune(whole_run[0], file, file, tmp_path / "whole", settings=settings)
    with pytest.raises(Stopped):  # 5 updates an epoch: within the last seed's second
        finetune(
            *(whole_run[0], file, file, tmp_path / "run"),
            settings=settings,
            progress=stop_at(10 * finished + 8),
        )
    assert not (tmp_path / "run").exists()
    kept = tmp_path / "run.unfinished"
    (arrays,) = kept.rglob("state.safetensors")
    names = safetensors.numpy.load_file(arrays)
    assert {name.split("/")[0] for name in names} == {*("now", "kept", *["best"] * finished)}
    with pytest.raises(InputError, match="learning_rate was 0.003, is now 0.1"):
        finetune(
            *(whole_run[0], file, file, tmp_path / "run"),
            settings=settings.model_copy(update={"learning_rate": 0.1}),
        )
    said, steps = [], []
    again = finetune(
        *(whole_run[0], file, file, tmp_path / "run"),
        settings=settings,
        progress=lambda step, *_: steps.append(step),
        message=said.append,
    )
    assert f"{finished} finished seeds and 1 epochs" in said[0]
    assert steps == [10 * finished + update for update in (6, 7, 8, 9, 10)]
    assert again == whole
    assert not kept.exists()
    weights = [
        AlbertTextClassifier.from_preset(str(tmp_path / name)).get_weights()
        for name in ("whole", "run")
    ]
    for before, after in zip(*weights, strict=True):
        np.testing.assert_array_equal(before, after)
    answers = [(tmp_path / name / "predictions.jsonl").read_text() for name in ("whole", "run")]
    assert answers[0] == answers[1]
    assert len(answers[0].splitlines()) == 40
    if lora is not None:
        adapters = [(tmp_path / name / "adapters.lora.h5") for name in ("whole", "run")]
        assert all(file.stat().st_size > 1000 for file in adapters)
    assert json.loads(answers[0].splitlines()[0])["gold"] == "late"
