"""The examples of the tasks' docstrings run as they stand."""

import inspect
import re

import keras
import keras_hub
import pytest

import keras_albert

TASKS = sorted(
    name
    for name in keras_albert.__all__
    if isinstance(getattr(keras_albert, name), type)
    and issubclass(getattr(keras_albert, name), keras_hub.models.Task)
)


def test_there_are_nine_tasks() -> None:
    assert len(TASKS) == 9


@pytest.mark.once
@pytest.mark.parametrize("name", TASKS)
def test_a_task_s_example_runs(name: str) -> None:
    docstring = inspect.getdoc(getattr(keras_albert, name))
    (code,) = re.findall(r"```python\n(.*?)```", docstring, flags=re.DOTALL)
    assert f"{name}.from_preset" in code
    before = keras.config.is_interactive_logging_enabled()
    keras.config.disable_interactive_logging()
    try:
        exec(code, {public: getattr(keras_albert, public) for public in keras_albert.__all__})
    finally:
        if before:
            keras.config.enable_interactive_logging()
