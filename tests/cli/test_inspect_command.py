"""keras-albert inspect."""

from keras_albert.cli import main
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
