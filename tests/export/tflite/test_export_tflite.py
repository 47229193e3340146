import json

import pytest
from ai_edge_litert.interpreter import Interpreter

from keras_albert.errors import InputError
from keras_albert.export import export_tflite
from tests.exported import ROOT, artifact, model_folder


@pytest.mark.once
def test_float32_agrees_and_is_dynamic() -> None:
    folder = artifact("pretrainer", "tflite")
    card = json.loads((folder / "export.json").read_text())
    assert set(card["verified"]["outputs"]) == {"masked_tokens", "sentence_order"}
    for output in card["verified"]["outputs"].values():
        assert output["largest_difference"] < 1e-5 * max(1, output["largest_value"])
    assert len({tuple(shape) for shape in card["verified"]["shapes"]}) > 3
    files = {"CARD.md", "export.json", "model.json", "model.tflite", "spiece.model"}
    assert {file.name for file in folder.iterdir()} == files


# Quantising does not depend on where the weights come from.
@pytest.mark.once
def test_int8_is_smaller_and_close() -> None:
    whole = json.loads((artifact("classifier", "tflite") / "export.json").read_text())
    small = json.loads((artifact("classifier", "tflite", "int8") / "export.json").read_text())
    # Vectors and what has fewer than 1,024 elements stay float32, so a tiny model shrinks less.
    saved = whole["weight_file_bytes"] - small["weight_file_bytes"]
    assert saved > 0.4 * whole["unique_weight_bytes"]
    assert 1e-6 < small["verified"]["outputs"]["scores"]["relative_rms_difference"] < 0.25


@pytest.mark.once
def test_no_operation_outside_the_runtime() -> None:
    folder = artifact("classifier", "tflite", "int8")
    interpreter = Interpreter(model_path=str(folder / "model.tflite"))
    operations = {detail["op_name"] for detail in interpreter._get_ops_details()}
    assert "FULLY_CONNECTED" in operations or "WHILE" in operations
    assert not {name for name in operations if name.startswith(("Flex", "CUSTOM"))}


def test_an_unknown_quantization_is_refused() -> None:
    with pytest.raises(InputError, match="int8"):
        export_tflite(model_folder("classifier"), ROOT / "none", quantize="int9")
    assert not (ROOT / "none").exists()
