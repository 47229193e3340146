import gzip
import json

import pytest

from keras_albert.export.card import card_page
from tests.exported import artifact

pytestmark = pytest.mark.once


def test_json_and_page_say_the_same() -> None:
    folder = artifact("classifier", "tflite", "int8")
    card = json.loads((folder / "export.json").read_text())
    page = (folder / "CARD.md").read_text()
    assert page == card_page(card)
    latency = card["measured"]["latency_ms"]
    assert set(latency) == {"16"} and set(latency["16"]) == {"3", "1"}
    assert f"| 16 | {latency['16']['3']:.2f} | {latency['16']['1']:.2f} |" in page
    assert f"{card['bytes'] / 1e6:.2f} MB" in page
    assert f"{card['compressed_bytes'] / 1e6:.2f} MB compressed" in page
    assert "int8" in page and "3 (an input)" in page


def test_the_download_is_what_gzip_makes_of_it() -> None:
    folder = artifact("classifier", "tflite", "int8")
    card = json.loads((folder / "export.json").read_text())
    # Beside each file's data gzip has 18 bytes, zlib 6.
    packed = sum(len(gzip.compress((folder / name).read_bytes(), 6)) - 12 for name in card["files"])
    assert abs(card["compressed_bytes"] - packed) <= 64 * len(card["files"])


def test_metrics_stand_side_by_side() -> None:
    card = json.loads((artifact("classifier", "tflite", "int8") / "export.json").read_text())
    card["metrics"] = {"examples": 8, "keras": {"accuracy": 0.5}, "artifact": {"accuracy": 0.25}}
    assert "| accuracy | 0.5000 | 0.2500 |" in card_page(card)
