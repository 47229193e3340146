"""DepthModels: a model for each depth, made once and no part of what is saved."""

import keras

from keras_albert import AlbertTextClassifier
from tests.contracts import assert_same_outputs, model_inputs


def test_layer_by_layer_gives_what_a_depth_gives(backbone):
    task, x = AlbertTextClassifier(backbone, 3), model_inputs(7, None)
    states = task.embed(x)
    for layer in range(2):
        states = task.run_layer(layer, states, x)
        assert_same_outputs(task.read_states(states, x), task(x, depth=layer + 1))


def test_models_are_kept_and_not_saved(backbone, tmp_path):
    task, x = AlbertTextClassifier(backbone, 3), model_inputs(7, None)
    assert task.at_depth(1) is task.at_depth(1)
    assert task.at_depth((1, 2)) is task.at_depths((1, 2))
    assert task.at_depth(1) is not task.at_depth(2)
    task.save(tmp_path / "task.keras")
    loaded = keras.saving.load_model(tmp_path / "task.keras")
    assert_same_outputs(loaded(x, depth=1), task(x, depth=1))
