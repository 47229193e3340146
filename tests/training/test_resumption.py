"""What a run may and may not be resumed with."""

import types
from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.training.recipe import load_recipe
from keras_albert.training.resumption import check_unchanged, run_identity
from keras_albert.training.versions import versions

STORE = types.SimpleNamespace(
    manifest={
        "tokenizer_fingerprint": "abc",
        "counts": {"documents": 3, "tokens": 50},
        "shards": [{"sha256": "0" * 64}],
    }
)


def _check(now, record_versions=None):
    before = run_identity(load_recipe("albert_nano"), STORE)
    lines = []
    record = {"identity": before, "versions": record_versions or versions()}
    check_unchanged(now, record, Path("RUN"), lines.append)
    return lines


def test_the_same_may():
    assert _check(run_identity(load_recipe("albert_nano"), STORE)) == []


def test_how_often_it_logs_and_saves_may_change():
    recipe = load_recipe("albert_nano").model_copy(update={"log_every": 7, "checkpoint_every": 9})
    assert _check(run_identity(recipe, STORE)) == []


def test_another_seed_may_not():
    recipe = load_recipe("albert_nano").model_copy(update={"seed": 12})
    with pytest.raises(InputError, match=r"recipe\.seed was \d+, is now 12"):
        _check(run_identity(recipe, STORE))


def test_another_tokenizer_may_not():
    other = types.SimpleNamespace(manifest={**STORE.manifest, "tokenizer_fingerprint": "xyz"})
    with pytest.raises(InputError, match="tokenizer was 'abc', is now 'xyz'"):
        _check(run_identity(load_recipe("albert_nano"), other))


def test_other_versions_are_said():
    old = versions()
    old = {**old, "packages": {**old["packages"], "keras": "3.0.0"}}
    lines = _check(run_identity(load_recipe("albert_nano"), STORE), old)
    assert len(lines) == 1
    assert "keras 3.0.0 -> " in lines[0]
