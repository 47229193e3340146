"""KERAS_BACKEND is checked before Keras reads it."""

import importlib.util
import os
from typing import Any

import pytest

from keras_albert.cli.backend import check_backend, quiet_imports
from keras_albert.errors import InputError


@pytest.mark.parametrize("name", [None, "", "tensorflow", "jax", "torch"])
def test_the_backends_keras_runs_on(name: str | None) -> None:
    check_backend(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("jaxx", "'jaxx'.*Did you mean 'jax'.*Choose one of tensorflow, jax, torch"),
        ("pytorch", "'pytorch'.*Did you mean 'torch'"),
        ("numpy", "'numpy' is not a backend. Choose one of"),
    ],
)
def test_another_name_is_an_error(name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_backend(name)


def test_a_backend_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'keras-albert\[torch\]'"):
        check_backend("torch")


def test_native_chatter_is_held_back(capfd: Any) -> None:
    with quiet_imports():
        os.write(2, b"could not find a driver\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_native_chatter_is_shown_when_the_import_fails(capfd: Any) -> None:
    with pytest.raises(ImportError), quiet_imports():
        os.write(2, b"libsomething.so: cannot open\n")
        raise ImportError
    assert capfd.readouterr().err == "libsomething.so: cannot open\n"


def test_nothing_but_the_error_when_the_input_is_bad(capfd: Any) -> None:
    with pytest.raises(InputError), quiet_imports():
        os.write(2, b"chatter\n")
        raise InputError("x")
    assert capfd.readouterr().err == ""
