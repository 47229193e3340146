"""Quality against depth is what evaluating a model of each depth by itself gives."""

import pytest

from keras_albert.errors import InputError
from keras_albert.training import FinetuneSettings, finetune
from keras_albert.training.evaluation.depth_curve import read_depths
from keras_albert.training.evaluation.evaluate_task import evaluate_task
from keras_albert.training.recipe import ElasticSettings
from tests.training.finetuning.test_finetune import write_texts

pytestmark = pytest.mark.once
SETTINGS = FinetuneSettings(
    learning_rate=0.003,
    epochs=4,
    batch_size=8,
    warmup_fraction=0.3,
    elastic=ElasticSettings(distillation=0.3),
)


def test_the_shallow_depths_learn_and_are_measured(whole_run, tmp_path):
    train = write_texts(tmp_path / "train.jsonl", 1, 200)
    validation = write_texts(tmp_path / "validation.jsonl", 2, 50)
    result = finetune(whole_run[0], train, validation, tmp_path / "elastic", settings=SETTINGS)
    layers = result["layers"]
    assert [point["depth"] for point in result["depths"]] == [*range(1, layers + 1)]
    assert result["depths"][-1]["accuracy"] == result["accuracy"]
    assert result["depths"][0]["accuracy"] > 0.8
    found = evaluate_task(tmp_path / "elastic", validation, depths=(1, layers))
    assert found["depths"] == [result["depths"][0], result["depths"][-1]]
    shallow = finetune(
        *(whole_run[0], train, validation, tmp_path / "shallow"),
        settings=FinetuneSettings(epochs=1, steps=2, batch_size=8, depth=1),
    )
    assert shallow["layers"] == 1 and "depths" not in shallow
    with pytest.raises(InputError, match="more than the"):
        finetune(
            *(whole_run[0], train, validation, tmp_path / "deep"),
            settings=FinetuneSettings(depth=layers + 1),
        )


def test_depths_are_read_and_checked(backbone_like):
    assert read_depths("all", backbone_like) == (1, 2, 3)
    assert read_depths((3, 1), backbone_like) == (1, 3)
    for wrong in ((), (0,), (4,)):
        with pytest.raises(InputError, match="1 to 3 layers"):
            read_depths(wrong, backbone_like)


@pytest.fixture
def backbone_like():
    class Model:
        class backbone:
            num_layers = 3

    return Model
