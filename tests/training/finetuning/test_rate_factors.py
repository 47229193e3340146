"""Learning rates by group: a group at 0 stays where it was, the others move."""

import numpy as np
import pytest

from keras_albert.models import AlbertBackbone, AlbertTextClassifier
from keras_albert.training.finetuning.rate_factors import GROUPS, group_of, rate_factors
from keras_albert.training.optimizer_factory import make_optimizer


@pytest.fixture
def model():
    backbone = AlbertBackbone(
        vocabulary_size=20,
        num_layers=2,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=8,
    )
    return AlbertTextClassifier(backbone, 2)


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
