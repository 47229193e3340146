import json

import numpy as np
import pytest

from keras_albert.errors import InputError
from keras_albert.export import export_onnx
from tests.exported import ROOT, artifact, model_folder

pytestmark = pytest.mark.once


def test_it_is_verified_and_described() -> None:
    folder = artifact("pretrainer", "onnx")
    card = json.loads((folder / "export.json").read_text())
    for output in card["verified"]["outputs"].values():
        assert output["largest_difference"] < 1e-5 * max(1, output["largest_value"])
    assert card["weight_file_bytes"] < 1.05 * card["unique_weight_bytes"] + 20_000
    assert json.loads((folder / "model.json").read_text())["depth_is_input"]


def test_int8_is_smaller() -> None:
    card = json.loads((artifact("classifier", "onnx", "int8") / "export.json").read_text())
    assert card["weight_file_bytes"] < 0.6 * card["unique_weight_bytes"]
    assert np.isfinite(card["verified"]["outputs"]["scores"]["largest_difference"])


def test_what_it_has_not_is_refused() -> None:
    with pytest.raises(InputError, match="int8"):
        export_onnx(model_folder("classifier"), ROOT / "none", quantize="int8-full")
    assert not (ROOT / "none").exists()
