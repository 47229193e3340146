"""A recipe in mixed precision, from the store to a model that loads."""

import functools

import numpy as np
import pytest

from keras_albert.models import AlbertPretrainer
from keras_albert.training import Recipe, pretrain
from keras_albert.training.pretraining.training_log import read_metrics


@pytest.fixture(scope="module")
def learn(recipe_content, store, tmp_path_factory):
    """Precision -> the losses of twelve steps, and the model they left; each is run once."""

    @functools.cache
    def learn(precision):
        recipe = Recipe.model_validate(
            {
                **recipe_content,
                "precision": precision,
                "gradient_accumulation": 1,
                "total_steps": 12,
                "log_every": 1,
                "architecture": {**recipe_content["architecture"], "dropout": 0.0},
            }
        )
        run = tmp_path_factory.mktemp("runs") / precision
        assert pretrain(recipe, store, run).completed
        return [line["loss"] for line in read_metrics(run / "metrics.jsonl")], run / "model"

    return learn


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_it_learns_as_in_float32_within_the_precision(learn, precision):
    exact, _ = learn("float32")
    losses, folder = learn(precision)
    # bfloat16 keeps 8 bits: a few per mille of a loss of 5.
    np.testing.assert_allclose(losses, exact, rtol=0.02)
    assert losses != exact

    # As any preset, in Keras's current policy unless another is asked for.
    for options, expected in (({}, "float32"), ({"dtype": precision}, precision[len("mixed_") :])):
        model = AlbertPretrainer.from_preset(folder, **options)
        assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
        assert {block.compute_dtype for block in model.backbone.encoder.blocks} == {expected}
        assert all(np.isfinite(weight).all() for weight in model.get_weights())
