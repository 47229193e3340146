"""--exit and --exit-criterion: what is no exit is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from keras_albert.cli.exit_option import exit_predictor
from keras_albert.errors import InputError


def test_wrong_values_are_named(refused: Callable[..., str], finetuned: Path) -> None:
    arguments = ["predict", "--model", finetuned, "--text", "a"]
    assert "--exit sure" in refused(*arguments, "--exit", "sure")
    assert "between 0 and 1" in refused(*arguments, "--exit", "99")
    assert "goes with --exit" in refused(*arguments, "--exit-criterion", "entropy")
    with pytest.raises(InputError, match="leave --exit-criterion out"):
        exit_predictor(str(finetuned), "auto", "entropy")
    with pytest.raises(InputError, match="entropy"):
        exit_predictor(str(finetuned), "0.5", "entropi")
