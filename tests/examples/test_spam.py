"""The example runs on the sample."""

import sys

import pytest

from examples import spam

pytestmark = pytest.mark.once


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(output)])
    spam.main()
    assert (output / "comparison.json").is_file()
    assert "TF-IDF" in capsys.readouterr().out
