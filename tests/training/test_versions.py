"""What a run was made with."""

import importlib.metadata
import json

import keras

from keras_albert.training.versions import changed_versions, versions


def test_names_the_backend_and_installed_versions():
    found = json.loads(json.dumps(versions()))
    assert found["backend"] == keras.config.backend()
    assert found["packages"]["keras"] == importlib.metadata.version("keras")


def test_changes_are_named():
    before = {"python": "3.11.1", "packages": {"jax": "0.9", "keras": "3"}}
    now = {"python": "3.11.1", "packages": {"jax": "0.10", "keras": "3", "torch": "2"}}
    assert changed_versions(before, now) == ["jax 0.9 -> 0.10", "torch absent -> 2"]
    assert changed_versions(now, now) == []
