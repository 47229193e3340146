import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export.comparison import compare
from keras_albert.export.reference import Reference

pytestmark = pytest.mark.once

INPUTS = {"token_ids": np.array([[2, 7, 3], [2, 8, 3]], np.int32)}
SCORES = np.array([[1.0, -2.0], [0.5, 4.0]], np.float32)
REFERENCES = [Reference(["a", "b"], None, INPUTS, {"scores": SCORES})]


def _results(**changes: np.ndarray) -> dict[str, np.ndarray]:
    right = {"token_ids": INPUTS["token_ids"], "scores": SCORES, "tokens/scores": SCORES}
    return {f"0/{name}": value for name, value in (right | changes).items()}


def test_equal_answers_pass_and_are_measured() -> None:
    verified = compare(REFERENCES, _results(scores=SCORES + np.float32(1e-6)), None)
    assert verified["rows"] == 2
    assert verified["shapes"] == [[2, 3]]
    assert 0 < verified["outputs"]["scores"]["largest_difference"] < 2e-6


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (SCORES + 0.01, "bound"),
        (SCORES * np.nan, "not finite"),
        (SCORES[:, :1], "shape"),
    ],
)
def test_wrong_answers_fail(changed: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare(REFERENCES, _results(scores=changed), None)


def test_int8_has_a_bound_of_its_own() -> None:
    compare(REFERENCES, _results(scores=SCORES * 1.1), "int8")
    with pytest.raises(InputError, match="bound"):
        compare(REFERENCES, _results(scores=-SCORES), "int8")


def test_other_tokens_fail() -> None:
    with pytest.raises(InputError, match="other pieces"):
        compare(REFERENCES, _results(token_ids=INPUTS["token_ids"] + 1), None)


def test_choices_that_are_not_there_hide_nothing() -> None:
    """-1e9 beside a score would make any difference of the others small."""
    scores = np.array([[1.0, -1e9], [0.5, 4.0]], np.float32)
    references = [Reference(["a", "b"], None, INPUTS, {"scores": scores})]

    def results(values: np.ndarray) -> dict[str, np.ndarray]:
        return _results(**{"scores": values, "tokens/scores": values})

    half = np.maximum(scores, -65504.0)
    assert compare(references, results(half), "float16")["outputs"]["scores"]["largest_value"] == 4
    with pytest.raises(InputError, match="bound"):
        compare(references, results(np.where(scores > 0, -scores, scores)), "int8")
    with pytest.raises(InputError, match="not there a chance"):
        compare(references, results(np.maximum(scores, -100.0)), "int8")
