"""AtDepths: what one pass gives at several depths is what a pass to each gives."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertPretrainer, AlbertTextEmbedder, AlbertTokenClassifier
from keras_albert.errors import InputError
from tests.contracts import assert_same_outputs, model_inputs


@pytest.mark.parametrize("make", [AlbertPretrainer, AlbertTextEmbedder])
def test_one_pass_gives_what_a_pass_a_depth_gives(backbone, make):
    task, x = make(backbone), model_inputs(7, 3)
    if make is AlbertTextEmbedder:
        del x["mask_positions"]
    found = keras.Model.predict(task.at_depths((1, 2)), x, verbose=0)
    for depth, outputs in zip((1, 2), found, strict=True):
        assert_same_outputs(outputs, task(x, depth=depth))
    assert {id(w) for w in task.at_depths((1, 2)).weights} == {id(w) for w in task.weights}


def test_predict_takes_several_depths(backbone):
    task, x = AlbertTokenClassifier(backbone, 3), model_inputs(7, None)
    found = task.predict(x, depth=(1, 2), verbose=0)
    assert len(found) == 2
    np.testing.assert_allclose(found[0], task.predict(x, depth=1, verbose=0), atol=1e-5)


@pytest.mark.parametrize("depths", [(), (2, 1), (1, 1), (0, 1), (1, 3)])
def test_wrong_depths_are_named(backbone, depths):
    with pytest.raises(InputError, match="depths="):
        AlbertTokenClassifier(backbone, 3).at_depths(depths)
