"""A row's early answer is the one it gets alone at that depth, and arithmetic is saved."""

import numpy as np
import pytest
from keras import ops

from keras_albert import (
    AlbertBackbone,
    AlbertMultipleChoice,
    AlbertSentenceOrderClassifier,
    AlbertTextClassifier,
    AlbertTokenClassifier,
)
from keras_albert.errors import InputError
from keras_albert.inference.early_exit.early_exit import EarlyExit
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.stream_exit import StreamExit

ROWS, LAYERS = 11, 5


def backbone(**options) -> AlbertBackbone:
    return AlbertBackbone(
        vocabulary_size=500,
        num_layers=LAYERS,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=32,
        initializer_range=0.4,
        hidden_dropout=0.1,
        **options,
    )


def rows(number: int = ROWS, length: int = 14) -> dict[str, np.ndarray]:
    """Rows of many lengths."""
    random = np.random.default_rng(0)
    used = random.integers(3, length + 1, number)[:, None]
    used[0] = length
    mask = np.arange(length) < used
    return {
        "token_ids": np.where(mask, random.integers(5, 500, mask.shape), 0).astype("int32"),
        "segment_ids": np.zeros(mask.shape, "int32"),
        "padding_mask": mask.astype("int32"),
    }


def alone(task, x, place, depth) -> np.ndarray:
    row = {name: value[place : place + 1] for name, value in x.items()}
    return ops.convert_to_numpy(task(row, depth=int(depth)))[0]


def middling(task, x) -> ExitRule:
    """A confidence that some rows reach early, some late and some never."""
    scores = ops.convert_to_numpy(task(x, depth=2)).astype("float64")
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return ExitRule(
        "confidence", float(np.median((shares / shares.sum(-1, keepdims=True)).max(-1)))
    )


@pytest.mark.parametrize("runner", [EarlyExit, StreamExit])
@pytest.mark.parametrize("batch_size", [pytest.param(1, marks=pytest.mark.once), 4])
def test_every_answer_is_the_rows_own_at_its_depth(runner, batch_size):
    task, x = AlbertTextClassifier(backbone(), 3), rows()
    result = runner(task, middling(task, x), batch_size).predict(x)
    assert len(set(result.depths)) > 1
    for place, depth in enumerate(result.depths):
        expected = alone(task, x, place, depth)
        np.testing.assert_allclose(result.scores[place], expected, atol=2e-5)
    assert result.rows_at_full_depth == ROWS * LAYERS
    assert result.depths.sum() <= result.rows_computed < result.rows_at_full_depth
    if batch_size == 1:
        assert result.rows_computed == result.depths.sum()


@pytest.mark.once
@pytest.mark.parametrize("runner", [EarlyExit, StreamExit])
def test_rows_that_never_leave_answer_as_predict_does(runner):
    task, x = AlbertTextClassifier(backbone(), 3), rows()
    result = runner(task, ExitRule("confidence", 0.0, min_depth=LAYERS), 8).predict(x)
    assert set(result.depths) == {LAYERS}
    np.testing.assert_allclose(result.scores, task.predict(x, verbose=0), atol=2e-5)


@pytest.mark.once
@pytest.mark.parametrize("options", [{"num_groups": 2}, {"sharing": "none"}])
def test_layers_of_several_weights(options):
    task, x = AlbertTextClassifier(backbone(**options), 3), rows()
    result = EarlyExit(task, middling(task, x), 4).predict(x)
    for place, depth in enumerate(result.depths):
        expected = alone(task, x, place, depth)
        np.testing.assert_allclose(result.scores[place], expected, atol=2e-5)


@pytest.mark.once
def test_choices_and_orders_leave_too():
    x = rows(12)
    choices = {name: value.reshape(4, 3, -1) for name, value in x.items()}
    for task, inputs in (
        (AlbertMultipleChoice(backbone()), choices),
        (AlbertSentenceOrderClassifier(backbone()), x),
    ):
        result = StreamExit(task, middling(task, inputs), 4).predict(inputs)
        for place, depth in enumerate(result.depths):
            expected = alone(task, inputs, place, depth)
            np.testing.assert_allclose(result.scores[place], expected, atol=2e-5)


@pytest.mark.once
def test_patience_is_a_rows_own():
    """Whoever else is in the batch, and whoever had the slot before."""
    task, x = AlbertTextClassifier(backbone(), 3), rows()
    rule = ExitRule("patience", 1)
    depths = [
        runner(task, rule, size).predict(x).depths.tolist()
        for runner, size in (*((EarlyExit, 1), (EarlyExit, 8), (StreamExit, 4)),)
    ]
    assert depths[0] == depths[1] == depths[2]
    answers = np.stack([task.predict(x, depth=d, verbose=0).argmax(-1) for d in range(1, 6)])
    for place, depth in enumerate(depths[0]):
        equal = answers[1:, place] == answers[:-1, place]
        assert depth == (np.flatnonzero(equal)[0] + 2 if equal.any() else LAYERS)


def test_weights_that_change_count_at_once():
    task, x = AlbertTextClassifier(backbone(), 3), rows(2)
    runner = EarlyExit(task, ExitRule(min_depth=LAYERS), 2)
    before = runner.predict(x).scores
    task.output_dense.bias.assign([1.0, 2.0, 3.0])
    np.testing.assert_allclose(runner.predict(x).scores - before, [[1, 2, 3]] * 2, atol=1e-5)


@pytest.mark.once
def test_a_token_a_class_is_refused():
    with pytest.raises(InputError, match="one a\\s+token"):
        EarlyExit(AlbertTokenClassifier(backbone(), 3), ExitRule())
