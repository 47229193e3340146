"""StatesByDepth: a backbone's outputs with fewer layers, from one pass."""

import keras

from keras_albert.models.depth.states_by_depth import StatesByDepth
from tests.contracts import assert_same_outputs, model_inputs


def test_it_gives_what_the_backbone_gives_at_each_depth(backbone):
    x = model_inputs(7, None)
    middle = keras.ops.convert_to_tensor(1, "int32")
    states = StatesByDepth(backbone, [1, middle, 2])
    assert_same_outputs(states(x), backbone(x))
    expected = backbone(x, depth=1)
    assert_same_outputs(states.at(1)(x), expected)
    assert_same_outputs(states.at(middle)(x), expected)
