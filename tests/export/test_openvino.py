import json

import pytest

from tests.exported import artifact

pytestmark = pytest.mark.once


def test_it_is_verified_and_has_its_weights_once() -> None:
    card = json.loads((artifact("classifier", "openvino") / "export.json").read_text())
    assert card["verified"]["outputs"]["scores"]["largest_difference"] < 1e-4
    assert card["weight_file_bytes"] < 1.05 * card["unique_weight_bytes"] + 128 * 1024
