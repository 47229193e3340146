"""Learning rates by group: a group at 0 stays where it was, the others move."""

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.models import AlbertBackbone, AlbertTextClassifier
from keras_albert.training.finetuning.rate_factors import GROUPS, group_of, rate_factors
from keras_albert.training.optimizer_factory import make_optimizer


def make_model(**changes):
    backbone = AlbertBackbone(
        vocabulary_size=20,
        **{"num_layers": 2, **changes},
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=8,
    )
    return AlbertTextClassifier(backbone, 2)


@pytest.fixture
def model():
    return make_model()


def test_every_variable_is_in_its_group(model):
    found = rate_factors(model, dict.fromkeys(GROUPS, 0.5))
    assert set(found) == {variable.path for variable in model.trainable_variables}
    in_backbone = {id(variable) for variable in model.backbone.variables}
    groups = {
        group: [
            v.path
            for v in model.trainable_variables
            if group_of(v.path, id(v) in in_backbone) == group
        ]
        for group in GROUPS
    }
    assert len(groups["head"]) == len(groups["pooler"]) == 2
    # Three tables and a LayerNorm; what projects E to H is the encoder's.
    assert len(groups["embeddings"]) == 5
    # A block has q, k, v, out, two dense layers (weight and bias) and two LayerNorms.
    assert len(groups["encoder"]) >= 14


def test_a_rate_of_zero_moves_nothing(model):
    factors = rate_factors(model, {"embeddings": 0, "encoder": 0.5})
    model.compile(
        optimizer=make_optimizer(
            "adamw",
            learning_rate=0.1,
            total_steps=4,
            warmup_steps=0,
            weight_decay=0.01,
            clip=1.0,
            rate_factors=factors,
        )
    )
    before = {v.path: np.array(v) for v in model.trainable_variables}
    ids = np.arange(16, dtype="int32").reshape(2, 8)
    x = {"token_ids": ids, "segment_ids": ids * 0, "padding_mask": ids * 0 + 1}
    model.train_on_batch(x, np.array([0, 1], "int32"))
    for variable in model.trainable_variables:
        moved = np.abs(np.array(variable) - before[variable.path]).max()
        assert (moved == 0) == (factors.get(variable.path) == 0), variable.path


X = {"token_ids": np.arange(16, dtype="int32").reshape(2, 8)}
X |= {"segment_ids": X["token_ids"] * 0, "padding_mask": X["token_ids"] * 0 + 1}


def step_sizes(model, factors):
    """The largest move of a first update, in rates, whatever the gradient.

    BERT's Adam corrects no bias: (1 - 0.9) / sqrt(1 - 0.999) times the rate.
    """
    model.compile(
        optimizer=make_optimizer(
            *("adamw",),
            **{"learning_rate": 0.01, "total_steps": 10**9, "warmup_steps": 0},
            **{"weight_decay": 0.0, "clip": None, "rate_factors": factors},
        )
    )
    before = {v.path: np.array(v) for v in model.trainable_variables}
    model.train_on_batch(X, np.array([0, 1], "int32"))
    return {
        v.path: np.abs(np.array(v) - before[v.path]).max() / (0.01 * 0.1 / 0.001**0.5)
        for v in model.trainable_variables
    }


def test_every_layer_has_the_rate_of_electra():
    """Three layers: depths 0 to 5, a head at 5 (google-research/electra, optimization.py)."""
    model = make_model(num_layers=3, sharing="none")
    wanted = {
        "block_0": 0.5**4,
        "block_1": 0.5**3 * 2.0,
        "block_2": 0.5**2,
        "token_embedding": 0.5**5,
        "scores": 1.0,
        "pooler": 0.5,
    }
    found = step_sizes(model, rate_factors(model, {"layer_1": 2.0}, layer_decay=0.5))
    for name, factor in wanted.items():
        moved = max(size for path, size in found.items() if name in path)
        assert moved == pytest.approx(factor, rel=0.1), name


@pytest.mark.parametrize(
    ("changes", "factors", "decay", "message"),
    [
        ({}, {"layer_0": 0.5}, None, "layer_0: the layers of this model share weights"),
        ({}, {}, 0.9, "layer_decay=0.9: the layers of this model share weights"),
        ({"sharing": "attention"}, {}, 0.9, "sharing='attention'"),
        (
            {"sharing": "none"},
            {"layer_2": 0.5},
            None,
            "no layer_2; its layers are layer_0 to",
        ),
    ],
)
def test_a_rate_of_a_layer_that_is_not_there_is_named(changes, factors, decay, message):
    with pytest.raises(InputError, match=message):
        rate_factors(make_model(**changes), factors, decay)
