"""keras-albert inspect."""

import json
import shutil

import pytest

from keras_albert.cli import main
from tests.exported import artifact
from tests.foreign import hf_model


def test_a_table_and_json(run, capsys, tmp_path):
    names = {0: "no", 1: "yes", 2: "maybe"}
    model = hf_model("AlbertForSequenceClassification", id2label=names)
    model.save_pretrained(tmp_path)
    assert main(["inspect", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in ("Hugging Face transformers", "no, yes, maybe", "num_classes 3", "hidden dim"):
        assert text in shown
    found = run("inspect", tmp_path, "--json")
    assert found["labels"] == ["no", "yes", "maybe"]
    everything = sum(p.numel() for p in model.parameters())
    assert sum(found["parameters"].values()) == everything


def test_a_shipped_model(capsys):
    assert main(["inspect", "albert_micro"]) == 0
    assert "keras-albert" in capsys.readouterr().out


def test_mistakes_are_named(refused, tmp_path):
    assert "holds no model" in refused("inspect", tmp_path)
    assert "no preset and no folder" in refused("inspect", tmp_path / "missing")


def test_an_artifact_s_files_are_compared(run, capsys, refused, tmp_path):
    source = artifact("classifier", "tflite")
    assert main(["inspect", str(source)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "exported to tflite" in shown and "compared with their SHA-256" in shown
    files = {str(f.relative_to(source)) for f in source.rglob("*") if f.is_file()}
    card = run("inspect", source, "--json")
    assert set(card["sha256"]) == files - {"export.json", "CARD.md"}
    assert card["files_compared"] == len(card["sha256"]) == 3


@pytest.mark.parametrize("name", ["model.tflite", "model.json", "spiece.model"])
def test_a_flipped_bit_in_an_artifact_is_named(refused, tmp_path, name):
    folder = tmp_path / "copy"
    shutil.copytree(artifact("classifier", "tflite"), folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert f"{name} is not the file that was exported" in refused("inspect", folder)


def test_a_card_that_is_none_is_refused(refused, tmp_path):
    (tmp_path / "export.json").write_text(json.dumps([]))
    assert "is not an export's card" in refused("inspect", tmp_path)
