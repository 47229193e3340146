"""The example runs on the sample."""

import sys

import pytest

from examples import any_depth

pytestmark = pytest.mark.once


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(output)])
    any_depth.main()
    assert "Quality against depth" in (output / "report.html").read_text("utf-8")
    assert (output / "elastic" / "model" / "exit.json").is_file()
    assert "Leaving early" in capsys.readouterr().out
