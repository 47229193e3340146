"""`InputError` and suggestions."""

import pytest

from keras_albert.errors import InputError, suggest


def test_input_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="what to do"):
        raise InputError("what to do")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("albert_bsae_v2", " Did you mean 'albert_base_v2'?"),
        ("learning_rat", " Did you mean 'learning_rate'?"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_suggest(name: str, expected: str) -> None:
    assert suggest(name, ["albert_base_v2", "bert_base", "learning_rate"]) == expected


def test_suggest_takes_any_iterable() -> None:
    assert suggest("jaxx", (n for n in ["tensorflow", "jax"])) == " Did you mean 'jax'?"
