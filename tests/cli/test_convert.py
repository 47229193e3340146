"""keras-albert convert: what it hands on, which has tests of its own."""

import json

import pytest

from keras_albert.cli.convert import FORMATS
from keras_albert.models import conversion


def test_formats_are_those_of_the_library():
    assert FORMATS == conversion.FORMATS


def test_options_reach_the_library(run, monkeypatch, tmp_path, capsys):
    seen = {}

    def fake(source, destination, target, **options):
        seen.update(options, source=source, target=target)
        destination.mkdir()
        return {"warnings": ["careful"], "notes": ["left out"], "format": target}

    monkeypatch.setattr(conversion, "convert", fake)
    result = run(
        *("convert", "--from", "A", "--to", tmp_path / "B", "--format", "keras-hub"),
        *("--without", "sentence_order", "masked_tokens", "--head", "classifier"),
        *("--num-heads", 32, "--replace"),
    )
    assert result["format"] == "keras-hub"
    assert seen == {
        "source": "A",
        "target": "keras-hub",
        "without": ("sentence_order", "masked_tokens"),
        "head": "classifier",
        "num_heads": 32,
        "replace": True,
    }
    kept = json.loads((tmp_path / "B" / "command.json").read_text())
    assert kept["options"]["source"] == "A"


def test_a_shipped_model_to_transformers(run, tmp_path):
    import transformers

    run(*("convert", "--from", "albert_micro", "--to", tmp_path / "B", "--format", "huggingface"))
    _, report = transformers.AlbertForPreTraining.from_pretrained(
        tmp_path / "B", output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--from", "albert_micro", "--format", "kras"], "Did you mean 'keras'?"),
        (["--from", "nowhere", "--format", "keras-hub"], "no preset and no folder"),
        (["--from", "albert_micro", "--format", "keras"], "of this package already"),
        (["--from", "albert_micro", "--format", "keras-hub"], "--without HEAD"),
    ],
)
def test_mistakes_are_named(refused, tmp_path, options, message):
    assert message in refused("convert", "--to", tmp_path / "B", *options)
    assert list(tmp_path.iterdir()) == []
