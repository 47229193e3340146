"""The threshold chosen is the cheapest allowed, by a search written out here."""

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference.early_exit.exit_rule import ExitRule
from keras_albert.inference.early_exit.exit_tuning import candidates, cheapest_rule, simulate
from keras_albert.inference.early_exit.row_answers import RowAnswers

pytestmark = pytest.mark.once
LAYERS, ROWS = 6, 300
ONE = RowAnswers("single_label", are_probabilities=False)


@pytest.fixture
def labelled():
    """Scores that get better layer by layer, and what is right."""
    random = np.random.default_rng(0)
    gold = random.integers(0, 3, ROWS)
    hard = random.uniform(0.2, 3, ROWS)[:, None]
    scores = random.normal(size=(LAYERS, ROWS, 3))
    for layer in range(LAYERS):
        scores[layer] += np.eye(3)[gold] * hard * (layer + 1)
    return scores, lambda outputs: float((outputs.argmax(-1) == gold).mean())


def _by_hand(threshold, scores):
    """(depth, answer) of each row by confidence, row by row."""
    depths, answers = [], []
    for row in range(ROWS):
        for layer in range(LAYERS):
            exponents = np.exp(scores[layer, row])
            # A threshold is some row's own confidence, which rounding must not push below it.
            sure = exponents.max() / exponents.sum() >= threshold - 1e-12
            if sure or layer == LAYERS - 1:
                depths.append(layer + 1)
                answers.append(scores[layer, row])
                break
    return np.array(depths), np.array(answers)


def test_what_is_simulated_is_the_rule(labelled):
    scores, _ = labelled
    answers, depths = simulate(ExitRule("confidence", 0.9), scores, ONE)
    expected_depths, expected = _by_hand(0.9, scores)
    np.testing.assert_array_equal(depths, expected_depths)
    np.testing.assert_array_equal(answers, expected)


@pytest.mark.parametrize("loss", [0.0, 0.01, 0.1])
def test_no_threshold_that_is_allowed_is_cheaper(labelled, loss):
    scores, metric = labelled
    rule, found = cheapest_rule(scores, ONE, metric, loss, ["confidence"])
    least = metric(scores[-1]) * (1 - loss)
    depths, answers = _by_hand(rule.threshold, scores)
    assert found["at_exit"] == metric(answers) >= least - 1e-12
    assert found["mean_depth"] == depths.mean() < LAYERS
    for other in candidates(scores, ONE, ["confidence"]):
        depths, answers = _by_hand(other.threshold, scores)
        assert metric(answers) < least or depths.mean() >= found["mean_depth"]


def test_all_criteria_are_tried_and_none_has_to_be_taken(labelled):
    scores, metric = labelled
    _, found = cheapest_rule(scores, ONE, metric, 0.01)
    assert {row["criterion"] for row in found["curve"]} == {"confidence", "entropy", "patience"}
    # Where all layers but the last are sure of what is wrong, no row may leave.
    wrong = np.random.default_rng(1).normal(size=(LAYERS, ROWS, 2))
    wrong[:-1, :, 1] += 9
    wrong[-1, :, 0] += 9
    rule, found = cheapest_rule(wrong, ONE, lambda s: float((s.argmax(-1) == 0).mean()), 0.0)
    assert (rule.min_depth, found["mean_depth"]) == (LAYERS, LAYERS)
    assert set(simulate(rule, wrong, ONE)[1]) == {LAYERS}


def test_a_regression_is_tuned_by_patience():
    random = np.random.default_rng(0)
    gold = random.normal(size=(ROWS, 1))
    noise = random.normal(size=(LAYERS, ROWS, 1)) / 4.0 ** np.arange(LAYERS)[:, None, None]
    answers = RowAnswers("regression", are_probabilities=False)

    def metric(outputs):
        return float(np.corrcoef(outputs[:, 0], gold[:, 0])[0, 1])

    rule, found = cheapest_rule(gold + noise, answers, metric, 0.01)
    assert rule.criterion == "patience" and found["mean_depth"] < LAYERS
    assert found["at_exit"] >= 0.99 * found["full_depth"]


def test_what_is_no_finetuned_model_is_named(tmp_path):
    from keras_albert.inference.early_exit.exit_tuning import tune_exit

    with pytest.raises(InputError, match="holds no model"):
        tune_exit(tmp_path, tmp_path / "data.jsonl")
