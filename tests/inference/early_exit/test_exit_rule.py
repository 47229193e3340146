"""The criteria, beside SciPy's entropy and a loop written out."""

import math

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.inference.early_exit.exit_rule import ExitRule, sureness

pytestmark = pytest.mark.once
LOGITS = np.array([[4.0, 0.0, -1.0], [0.2, 0.1, 0.0], [-3.0, 9.0, 1.0]])


def _entropy(probabilities):
    return -sum(p * math.log(p) for p in probabilities if p > 0) / math.log(len(probabilities))


def test_confidence_and_entropy_are_the_formulas():
    exponents = np.exp(LOGITS)
    probabilities = exponents / exponents.sum(1, keepdims=True)
    np.testing.assert_allclose(sureness("confidence", "single_label", LOGITS), probabilities.max(1))
    expected = [_entropy(row) for row in probabilities]
    np.testing.assert_allclose(sureness("entropy", "single_label", LOGITS), expected)
    np.testing.assert_allclose(sureness("entropy", "single_label", probabilities, True), expected)
    assert ExitRule("confidence", 0.9).leaving("single_label", LOGITS, None, 1)[0].tolist() == [
        *(True, False, True)
    ]
    assert ExitRule("entropy", 0.3).leaving("single_label", LOGITS, None, 1)[0].tolist() == [
        *(True, False, True)
    ]
    assert (
        not ExitRule("entropy", 0.3, min_depth=2).leaving("single_label", LOGITS, None, 1)[0].any()
    )


def test_the_least_sure_of_several_labels_decides():
    scores = np.array([[5.0, -5.0], [5.0, 0.0]])
    sure = 1 / (1 + math.exp(-5))
    np.testing.assert_allclose(sureness("confidence", "multi_label", scores), [sure, 0.5])
    found = sureness("entropy", "multi_label", scores)
    np.testing.assert_allclose(found, [_entropy([sure, 1 - sure]), 1.0])


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_patience_counts_equal_answers_in_a_row(patience):
    random = np.random.default_rng(0)
    scores = random.normal(size=(8, 50, 2))
    rule, memory = ExitRule("patience", patience), None
    for layer in range(8):
        leaves, memory = rule.leaving("single_label", scores[layer], memory, layer + 1)
        for row in range(50):
            answers = scores[: layer + 1, row].argmax(-1).tolist()
            assert leaves[row] == (
                len(answers) > patience and len(set(answers[-patience - 1 :])) == 1
            )


def test_numbers_are_equal_within_a_margin():
    rule = ExitRule("patience", 1, margin=0.5)
    _, memory = rule.leaving("regression", np.array([[1.0], [1.0]]), None, 1)
    leaves, _ = rule.leaving("regression", np.array([[1.4], [1.6]]), memory, 2)
    assert leaves.tolist() == [True, False]
    with pytest.raises(InputError, match="criterion patience"):
        ExitRule().leaving("regression", np.zeros((1, 1)), None, 1)


def test_it_is_kept_in_a_file(tmp_path):
    rule = ExitRule("entropy", 0.25, 2, 0.3)
    rule.save(tmp_path, {"n": 5})
    assert ExitRule.load(tmp_path) == rule
    (tmp_path / "exit.json").write_text('{"criterion": "entropy"}')
    with pytest.raises(InputError, match="not complete"):
        ExitRule.load(tmp_path)
    with pytest.raises(InputError, match="tune-exit"):
        ExitRule.load(tmp_path / "nothing")


@pytest.mark.parametrize("criterion", ["confidence", "entropy", "patience"])
@pytest.mark.parametrize("threshold", ["Infinity", "-Infinity", "NaN", "1e999"])
def test_a_file_with_a_threshold_that_is_no_number_is_refused(criterion, threshold, tmp_path):
    (tmp_path / "exit.json").write_text(
        f'{{"criterion": "{criterion}", "threshold": {threshold}, "min_depth": 1, "margin": 0.1}}'
    )
    with pytest.raises(InputError) as caught:
        ExitRule.load(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"criterion": "confidense"}, "confidence"),
        ({"threshold": 1.5}, "between 0 and 1"),
        ({"threshold": math.nan}, "threshold=nan is not between 0 and 1"),
        ({"criterion": "entropy", "threshold": math.inf}, "threshold=inf is not between 0 and 1"),
        ({"criterion": "patience", "threshold": 0.5}, "patience of 0.5"),
        ({"criterion": "patience", "threshold": math.inf}, "patience of inf"),
        ({"criterion": "patience", "threshold": math.nan}, "patience of nan"),
        ({"min_depth": 0}, "min_depth=0"),
        ({"margin": 0.0}, "margin=0.0"),
    ],
)
def test_wrong_settings_are_named(settings, message):
    with pytest.raises(InputError, match=message):
        ExitRule(**settings)
