"""Options with several values."""

import pytest

from keras_albert.cli.list_command import repeat_option_names


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", ""),
        ("--corpus a", "--corpus a"),
        ("--corpus a b c", "--corpus a --corpus b --corpus c"),
        ("--corpus a --corpus b c", "--corpus a --corpus b --corpus c"),
        ("--corpus=a b", "--corpus=a --corpus b"),
        ("--corpus - b --size 3", "--corpus - --corpus b --size 3"),
        ("--size 3 --corpus a b --flag", "--size 3 --corpus a --corpus b --flag"),
        ("--size 3 4", "--size 3 4"),
        ("stray --corpus a", "stray --corpus a"),
        ("--corpus", "--corpus"),
    ],
)
def test_names_are_repeated(arguments: str, expected: str) -> None:
    assert repeat_option_names(arguments.split(), {"--corpus"}) == expected.split()
