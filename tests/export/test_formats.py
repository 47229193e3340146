import importlib.util

import pytest

from keras_albert.errors import InputError
from keras_albert.export.formats import FORMATS, format_named
from keras_albert.runtime.task_kinds import load_named

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_writer_and_runner_are_there(name: str) -> None:
    assert callable(load_named(FORMATS[name].writer))
    if FORMATS[name].limits is not None:
        assert callable(load_named(FORMATS[name].limits))
    assert importlib.util.find_spec(f"keras_albert.runtime.{FORMATS[name].runner}") is not None


@pytest.mark.parametrize(
    ("name", "quantize", "options", "message"),
    [
        ("tflight", None, {}, "Did you mean 'tflite'"),
        ("tflite", "int9", {}, "Did you mean 'int8'"),
        ("saved-model", "int8", {}, "expected one of None"),
        ("saved-model", None, {"lengths": [16]}, "lengths=.16. does not go with saved-model"),
    ],
)
def test_what_does_not_go_together(name, quantize, options, message) -> None:
    with pytest.raises(InputError, match=message):
        format_named(name, quantize, options)


def test_an_option_that_is_off_goes_with_every_format() -> None:
    assert format_named("tflite", "int8", {"tokens_only": False}) is FORMATS["tflite"]
