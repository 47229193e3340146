"""The encoder as Keras calibrates it is the encoder as it runs."""

import keras
import numpy as np
import pytest

from keras_albert.models.quantization.calibrated_encoder import CalibratedEncoder, EmbeddedTokens

IDS = np.arange(5, 19, dtype="int32").reshape(2, 7)


@pytest.mark.parametrize("groups", [1, 2])
def test_it_runs_every_layer(groups):
    from tests.models.test_contracts import MODELS

    backbone = MODELS["backbone" if groups == 1 else "backbone_groups"]()
    states = CalibratedEncoder(backbone)(EmbeddedTokens(backbone)(IDS))
    inputs = {"token_ids": IDS, "segment_ids": IDS * 0, "padding_mask": IDS * 0 + 1}
    expected = backbone(inputs)["sequence_output"]
    states, expected = map(keras.ops.convert_to_numpy, (states, expected))
    np.testing.assert_allclose(states, expected, atol=1e-5)


def test_keras_finds_the_layers_of_all_blocks(backbone):
    layers = list(CalibratedEncoder(backbone)._flatten_layers())
    assert backbone.encoder.blocks[0].self_attention.query_key_value in layers
    assert backbone.pooler not in layers
