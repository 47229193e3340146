"""keras-albert convert: what it hands on, which has tests of its own."""

import json

import pytest

from keras_albert.cli.convert import FORMATS
from keras_albert.models import conversion
from tests.file_server import publish, serving, tar_of
from tests.foreign import google_config, google_variables, hf_model, save_tf1


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


def test_a_published_name_is_fetched_once(run, refused, tmp_path, monkeypatch):
    import transformers

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "kept"))
    peer = hf_model()
    folder = save_tf1(google_variables(peer), google_config(peer, "gelu"), tmp_path / "tf1")
    with serving(tar_of(folder)) as server:
        publish(monkeypatch, "albert_base_v2", server.address("albert_base_v2.tar.gz"))
        found = run("inspect", "albert_base_v2", "--json")
        assert found["source"] == "tf1" and found["heads"].keys() >= {"sentence_order"}
        options = ("--from", "albert_base_v2", "--format", "huggingface")
        run("convert", *options, "--to", tmp_path / "hf")
        assert len(server.requests) == 1
        server.statuses = [404]
        message = refused("inspect", server.address("other.tar.gz"))
    assert "answers 404" in message and f"copy it to {tmp_path / 'kept'}" in message
    theirs = transformers.AlbertForPreTraining.from_pretrained(tmp_path / "hf").state_dict()
    for name, value in peer.state_dict().items():
        assert (theirs[name] == value).all(), name
