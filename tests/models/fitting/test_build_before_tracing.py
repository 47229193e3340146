"""How often a step is traced. On PyTorch, where nothing is, every step is run as it stands."""

import keras
import numpy as np
import pytest

from keras_albert import AlbertBackbone, AlbertTextClassifier
from tests import contracts


def _task() -> AlbertTextClassifier:
    keras.utils.set_random_seed(0)
    backbone = AlbertBackbone(
        vocabulary_size=500,
        num_layers=1,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=32,
    )
    task = AlbertTextClassifier(backbone, num_classes=3)
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    return task


def _counted(task: AlbertTextClassifier) -> list[int]:
    steps: list[int] = []
    step = task.train_step

    def train_step(*arguments):
        steps.append(1)
        return step(*arguments)

    task.train_step = train_step
    return steps


COMPILED = keras.config.backend() != "torch"
INPUTS, LABELS = contracts.model_inputs(7, None), np.array([0, 1, 2, 0], "int32")


def test_a_step_is_traced_once() -> None:
    task = _task()
    steps = _counted(task)
    task.fit(INPUTS, LABELS, epochs=2, verbose=0)
    assert len(steps) == (1 if COMPILED else 2)


def test_a_generator_loses_no_batch() -> None:
    steps = []
    ends = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: steps.append(step))
    batches = ((INPUTS, LABELS) for _ in range(3))
    _task().fit(batches, steps_per_epoch=3, verbose=0, callbacks=[ends])
    assert steps == [0, 1, 2]


def test_an_evaluation_leaves_the_optimizer_to_fit() -> None:
    """What is freed after an evaluation is trained; elsewhere Keras asks for another `compile`."""
    task = _task()
    task.backbone.trainable = False
    task.compile(optimizer=keras.optimizers.Adam(1e-2))
    task.evaluate(INPUTS, LABELS, verbose=0)
    task.backbone.trainable = True
    before = keras.ops.convert_to_numpy(task.backbone.token_embedding.embeddings)
    if keras.config.backend() != "tensorflow":
        with pytest.raises(ValueError, match="optimizer"):
            task.fit(INPUTS, LABELS, verbose=0)
        return
    task.fit(INPUTS, LABELS, verbose=0)
    after = keras.ops.convert_to_numpy(task.backbone.token_embedding.embeddings)
    assert not np.array_equal(before, after)


def test_batches_by_hand_are_traced_once() -> None:
    task = _task()
    steps = _counted(task)
    for _ in range(2):
        task.train_on_batch(INPUTS, LABELS)
    assert len(steps) == (1 if COMPILED else 2)
