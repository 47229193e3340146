"""The record of a command."""

import json
from pathlib import Path

import numpy as np

from keras_albert.cli.record import Record


def test_a_record_holds_options_versions_and_result(tmp_path: Path) -> None:
    record = Record("prepare", {"corpus": [Path("a")], "workers": 2})
    record.write(tmp_path / "command.json", {"tokens": np.int64(5), "share": np.float32(0.5)})
    content = json.loads((tmp_path / "command.json").read_text())
    assert content["command"] == "prepare"
    assert content["options"] == {"corpus": ["a"], "workers": 2}
    assert content["result"] == {"tokens": 5, "share": 0.5}
    assert content["versions"]["packages"]["keras"].startswith("3.15")
    assert content["seconds"] >= 0
    assert content["started"].endswith("+00:00")
