"""fewer_layers: the weights of all layers are those of fewer, or it is an error."""

import numpy as np
import pytest
from keras import ops

from keras_albert import AlbertBackbone
from keras_albert.errors import InputError
from keras_albert.training.finetuning.fewer_layers import fewer_layers
from tests.contracts import model_inputs

pytestmark = pytest.mark.once
SMALL = {
    "vocabulary_size": 500,
    "num_layers": 3,
    "num_heads": 2,
    "embedding_dim": 8,
    "hidden_dim": 16,
    "intermediate_dim": 32,
    "max_sequence_length": 32,
}


def test_the_network_with_fewer_layers_is_the_first_layers(tmp_path):
    backbone, x = AlbertBackbone(**SMALL), model_inputs(7, None)
    backbone.save_to_preset(str(tmp_path))
    shallow = AlbertBackbone.from_preset(str(tmp_path), **fewer_layers(tmp_path, 2))
    assert shallow.num_layers == 2
    expected = ops.convert_to_numpy(backbone(x, depth=2)["pooled_output"])
    np.testing.assert_allclose(
        ops.convert_to_numpy(shallow(x)["pooled_output"]), expected, atol=1e-6
    )
    with pytest.raises(InputError, match="3 layers"):
        fewer_layers(tmp_path, 4)


def test_layers_of_their_own_weights_are_refused(tmp_path):
    AlbertBackbone(**SMALL, sharing="none").save_to_preset(str(tmp_path))
    with pytest.raises(InputError, match="different weights"):
        fewer_layers(tmp_path, 2)
