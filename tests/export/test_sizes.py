from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from keras_albert import AlbertBackbone, AlbertMaskedLM, AlbertTextClassifier
from keras_albert.errors import InputError
from keras_albert.export.formats import INT6_EMBEDDINGS
from keras_albert.export.sizes import (
    CONSTANT_BYTES,
    check_size,
    check_stored,
    expected_bytes,
    saved_model_bytes,
    tflite_bytes,
)
from keras_albert.models.saved_task import SavedTask
from tests.exported import artifact, model_folder

pytestmark = pytest.mark.once

LAYERS = 4


def _saved(kind: str = "text_classifier", **options: Any) -> Any:
    """A task of which the table of words is half."""
    backbone = AlbertBackbone(
        vocabulary_size=10_000,
        num_layers=LAYERS,
        num_heads=4,
        embedding_dim=128,
        hidden_dim=256,
        intermediate_dim=1024,
        max_sequence_length=64,
        **options,
    )
    masked = kind == "masked_lm"
    task = AlbertMaskedLM(backbone) if masked else AlbertTextClassifier(backbone, 3)
    return SimpleNamespace(kind=kind, task=task)


def _elements(weights: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize(
    ("times", "quantize", "fine"),
    [
        (4, None, True),
        (4.4, None, False),
        (8, None, False),
        (1, None, False),
        (2, "float16", True),
        (4, "float16", False),
        (1.05, "int8", True),
        (4, "int8", False),
    ],
)
def test_sizes(times: float, quantize: str | None, fine: bool) -> None:
    saved = _saved()
    actual = int(times * _elements(saved.task.weights))
    if fine:
        check_size(actual, saved, quantize)
    else:
        with pytest.raises(InputError, match="bytes"):
            check_size(actual, saved, quantize)


def test_a_tied_table_is_there_once_in_int8_too() -> None:
    saved = _saved("masked_lm")
    whole = _elements(saved.task.weights)
    check_size(int(1.05 * whole), saved, "int8")
    with pytest.raises(InputError, match="doubled"):
        check_size(whole + 10_000 * 128, saved, "int8")


def test_layers_with_weights_of_their_own_may_be_left_out() -> None:
    saved = _saved(sharing="none")
    backbone = saved.task.backbone
    layer = 4 * _elements(backbone.encoder.weights) // LAYERS
    whole = 4 * _elements(saved.task.weights)
    check_size(whole - (LAYERS - 1) * layer, saved, None)
    with pytest.raises(InputError, match="missing"):
        check_size(whole - LAYERS * layer, saved, None)
    # A graph that has them one by one is longer.
    graph = 1.05 * whole + 150_000
    check_size(int(graph), saved, None)
    with pytest.raises(InputError, match="doubled"):
        check_size(int(graph), _saved(), None)


def test_what_is_stored_is_at_most_a_twentieth_more() -> None:
    saved = _saved()
    whole = 4 * _elements(saved.task.weights)
    check_stored(int(1.05 * whole), saved, None)
    for more in (1, 50_000):
        beyond = int(1.05 * whole) + CONSTANT_BYTES + more
        with pytest.raises(InputError, match="doubled"):
            check_stored(beyond, saved, None)
    check_stored(beyond, saved, None, sliced=50_000)


@pytest.mark.parametrize(
    ("kind", "quantize", "options"),
    [
        ("classifier", None, {}),
        ("classifier", None, {"strings": True}),
        ("classifier", "float16", {}),
        ("classifier", "int8-full", {}),
        ("classifier", INT6_EMBEDDINGS, {}),
        ("pretrainer", None, {}),
    ],
)
def test_tflite_stores_weights_once(kind: str, quantize: str | None, options: Any) -> None:
    content = (artifact(kind, "tflite", quantize, **options) / "model.tflite").read_bytes()
    shapes = [tuple(w.shape) for w in SavedTask.load(model_folder(kind)).task.weights]
    least, most = expected_bytes(shapes, quantize)
    if quantize == INT6_EMBEDDINGS:
        rows, width = max(shapes)
        least, most = (bound - rows * width / 4 for bound in (least, most))
    # What no output reads is not there.
    assert 0.75 * least < tflite_bytes(content) < 1.05 * most


def test_a_saved_model_stores_weights_once() -> None:
    saved = SavedTask.load(model_folder("classifier"))
    whole = 4 * _elements(saved.task.weights)
    for options in ({}, {"tokens_only": True}):
        stored = saved_model_bytes(artifact("classifier", "saved-model", **options))
        assert whole <= stored < whole + CONSTANT_BYTES


def test_weights_that_are_baked_into_a_graph_are_counted(tmp_path: Path) -> None:
    module = tf.Module()
    module.kept = tf.Variable(tf.ones([50, 10]))
    table = np.random.default_rng(0).normal(size=(300, 10)).astype(np.float32)

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def rows(index: Any) -> Any:
        return tf.gather(tf.constant(table), index) + module.kept[0]

    module.rows = rows
    tf.saved_model.save(module, str(tmp_path))
    assert 0 <= saved_model_bytes(tmp_path) - 4 * (50 * 10 + 300 * 10) < 200


def test_expected_bytes() -> None:
    assert expected_bytes([(10, 10)], None) == (400, 400)
    # Scales in float32 are a tenth of rows of 40.
    assert expected_bytes([(1000, 40)], "int8") == (40_000, 44_000)
