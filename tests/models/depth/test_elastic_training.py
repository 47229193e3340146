"""Several depths trained at once: the gradient is the weighted sum of each depth's own."""

import keras
import numpy as np
import pytest

from keras_albert import (
    AlbertBackbone,
    AlbertJointQuestionAnswerer,
    AlbertMaskedLM,
    AlbertMultipleChoice,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTextEmbedder,
    AlbertTokenClassifier,
)
from keras_albert.errors import InputError
from tests.contracts import model_inputs

ROWS, LENGTH, LAYERS = 4, 7, 4


def _backbone(**options) -> AlbertBackbone:
    return AlbertBackbone(
        vocabulary_size=500,
        num_layers=LAYERS,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=32,
        initializer_range=0.2,
        **options,
    )


def _weights(task) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(weight).copy() for weight in task.trainable_weights]


def _step(task, x, y, options=None, depth=None) -> list[np.ndarray]:
    """What one step of plain gradient descent at rate 1 adds to the weights."""
    before = _weights(task)
    runner = task if depth is None else task.at_depth(depth)
    runner.compile(optimizer=keras.optimizers.SGD(1.0), **(options or {}))
    keras.Model.train_on_batch(runner, x, y)
    change = [new - old for new, old in zip(_weights(task), before, strict=True)]
    for variable, value in zip(task.trainable_weights, before, strict=True):
        variable.assign(value)
    return change


@pytest.mark.parametrize("per_step", [pytest.param(None, marks=pytest.mark.once), 3])
def test_the_gradient_is_the_weighted_sum_of_those_of_the_depths(per_step):
    task, x = AlbertTextClassifier(_backbone(), 3, dropout=0.0), model_inputs(7, None)
    y = np.array([0, 1, 2, 1])
    loss = {"loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True)}
    # Step 0 of two depths in turn reads the first of them.
    depths = [1, 2, 3, 4] if per_step is None else [1, 2, 4]
    each = {depth: _step(task, x, y, depth=depth, options=loss) for depth in depths}
    task.train_depths(1, depths_per_step=per_step)
    found = _step(task, x, y)
    for number, change in enumerate(found):
        expected = sum(depth * each[depth][number] for depth in depths) / sum(depths)
        np.testing.assert_allclose(change, expected, atol=2e-5)
    task.train_depths(None)
    for change, expected in zip(_step(task, x, y), each[LAYERS], strict=True):
        np.testing.assert_allclose(change, expected, atol=1e-6)


def _labels(*shape: int, classes: int = 2) -> np.ndarray:
    return np.random.default_rng(1).integers(0, classes, shape).astype("int32")


def _case(name: str):
    """A task, its inputs, labels and sample weights."""
    x, masked = model_inputs(LENGTH, None), model_inputs(LENGTH, 3)
    weights = np.array([[1, 1, 0]] * ROWS, "float32")
    words, rows = _labels(ROWS, 3, classes=500), _labels(ROWS)
    spans = {"start": _labels(ROWS), "end": _labels(ROWS)}
    if name == "pretrainer":
        y = {"masked_tokens": words, "sentence_order": rows}
        sample_weight = {"masked_tokens": weights, "sentence_order": np.ones(ROWS, "float32")}
        return AlbertPretrainer(_backbone()), masked, y, sample_weight
    if name == "masked_lm":
        return AlbertMaskedLM(_backbone(pooler=False)), masked, words, weights
    if name == "token_classifier":
        mask = x["padding_mask"].astype("float32")
        return AlbertTokenClassifier(_backbone(), 3, dropout=0.0), x, _labels(ROWS, LENGTH), mask
    if name == "question_answerer":
        return AlbertQuestionAnswerer(_backbone()), x, spans, None
    if name == "joint_question_answerer":
        x["start_positions"] = spans["start"][:, None]
        y = {**spans, "impossible": _labels(ROWS).astype("float32")[:, None]}
        return AlbertJointQuestionAnswerer(_backbone(), dropout=0.0, beam_size=2), x, y, None
    if name == "multiple_choice":
        choices = {key: np.stack([value, value[::-1]], 1) for key, value in x.items()}
        return AlbertMultipleChoice(_backbone(), dropout=0.0), choices, rows, None
    if name == "sentence_order":
        weights = np.arange(1.0, ROWS + 1).astype("float32")
        return AlbertSentenceOrderClassifier(_backbone()), x, rows, weights
    if name == "text_embedder":
        vectors = np.random.default_rng(2).normal(size=(ROWS, 16)).astype("float32")
        return AlbertTextEmbedder(_backbone()), x, vectors, None
    problem = name.removeprefix("text_classifier_")
    y = _labels(ROWS, 3).astype("float32")
    return AlbertTextClassifier(_backbone(), 3, problem=problem, dropout=0.0), x, y, None


# Heads differ, the way depths are trained does not: most of them on one backend.
ONCE = [
    *("masked_lm", "token_classifier", "question_answerer", "sentence_order", "multiple_choice"),
    *("joint_question_answerer", "text_embedder", "text_classifier_multi_label", "pretrainer"),
]
CASES = [
    "text_classifier_regression",
    *(pytest.param(name, marks=pytest.mark.once) for name in ONCE),
]


def _loss_at(task, x, y, sample_weight, depth) -> float:
    """Keras's own figure for the task's own loss."""
    outputs, defaults = task(x, depth=depth), task.compile_defaults()
    runner = keras.Sequential([keras.layers.Identity()])
    runner.compile(loss=defaults["loss"], loss_weights=defaults.get("loss_weights"))
    if isinstance(y, dict):
        outputs = {name: outputs[name] for name in y}
    value = runner.compute_loss(x, y, outputs, sample_weight, training=False)
    return float(keras.ops.convert_to_numpy(value))


@pytest.mark.parametrize("name", CASES)
def test_every_task_adds_up_the_losses_of_its_depths(name):
    task, x, y, sample_weight = _case(name)
    losses = [_loss_at(task, x, y, sample_weight, depth) for depth in (1, 2, 3, 4)]
    # JAX compiles every operation of an eager step by itself.
    task.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=keras.backend.backend() != "jax")
    task.train_depths()
    found = keras.Model.train_on_batch(task, x, y, sample_weight, return_dict=True)
    np.testing.assert_allclose(found["loss"], np.average(losses, weights=[1, 2, 3, 4]), rtol=1e-4)
    task.train_depths(2, distillation=0.5, temperature=2.0)
    distilled = keras.Model.train_on_batch(task, x, y, sample_weight, return_dict=True)["loss"]
    assert np.isfinite(distilled)
    assert abs(distilled - found["loss"]) > 1e-6


@pytest.mark.once
def test_what_is_logged_is_the_full_depths():
    task, x, y, sample_weight = _case("pretrainer")
    task.compile(optimizer=keras.optimizers.SGD(0.0), run_eagerly=True)
    full = keras.Model.test_on_batch(task, x, y, sample_weight, return_dict=True)
    task.train_depths(2, distillation=0.3)
    found = keras.Model.train_on_batch(task, x, y, sample_weight, return_dict=True)
    assert found.pop("loss") != full.pop("loss")
    assert found == pytest.approx(full, rel=1e-4)


@pytest.mark.once
def test_distillation_alone_moves_shallow_depths_towards_the_full_one():
    task, x, _, _ = _case("text_classifier_regression")
    y = np.asarray(task.predict(x, verbose=0))
    task.compile(optimizer=keras.optimizers.Adam(3e-3))
    # The labels are the full depth's answers, so that it has nothing to learn itself.
    task.train_depths(1, distillation=1.0)
    before = np.abs(task.predict(x, depth=1, verbose=0) - y).mean()
    often = {name: np.tile(value, (40, 1)) for name, value in x.items()}
    keras.Model.fit(task, often, np.tile(y, (40, 1)), batch_size=ROWS, shuffle=False, verbose=0)
    shallow, full = task.predict(x, depth=(1, 4), verbose=0)
    assert np.abs(shallow - full).mean() < before / 2


def test_a_step_number_decides_which_depths_are_read():
    """Going on from a checkpoint's step reads what an uninterrupted run reads."""
    task, x = AlbertTextClassifier(_backbone(), 3, dropout=0.0), model_inputs(7, None)
    y = np.array([0, 1, 2, 1])
    task.train_depths(1, depths_per_step=3)
    task.compile(optimizer=keras.optimizers.SGD(0.0))
    losses = [float(keras.Model.train_on_batch(task, x, y)[0]) for _ in range(4)]
    assert losses[0] != losses[1]
    np.testing.assert_allclose(losses[:2], losses[2:], rtol=1e-5)
    task.optimizer.iterations.assign(1)
    np.testing.assert_allclose(keras.Model.train_on_batch(task, x, y)[0], losses[1], rtol=1e-5)


@pytest.mark.once
def test_wrong_depths_are_named():
    with pytest.raises(InputError, match="layer=None"):
        AlbertTextEmbedder(_backbone(), layer=2).train_depths(1)
    with pytest.raises(InputError, match="not between 1 and 3"):
        AlbertTextClassifier(_backbone(), 2).train_depths(4)
