"""Folders of other implementations that tests copy and damage."""

import shutil
from pathlib import Path

import pytest

from tests.foreign import google_config, google_variables, hf_model, save_tf1


@pytest.fixture(scope="session")
def hf_folders(tmp_path_factory):
    """A folder by the name of each of transformers' classes, saved when it is first wanted."""
    made: dict[str, Path] = {}

    def folder(class_name: str) -> Path:
        if class_name not in made:
            made[class_name] = tmp_path_factory.mktemp(class_name)
            hf_model(class_name).save_pretrained(made[class_name])
        return made[class_name]

    return folder


@pytest.fixture
def hf_folder(hf_folders, tmp_path):
    """A copy of an `AlbertForPreTraining`, to be changed."""
    return Path(shutil.copytree(hf_folders("AlbertForPreTraining"), tmp_path / "hf"))


@pytest.fixture(scope="session")
def tf1_saved(tmp_path_factory):
    peer = hf_model()
    folder = tmp_path_factory.mktemp("tf1") / "albert_base"
    return save_tf1(google_variables(peer), google_config(peer, "gelu"), folder)


@pytest.fixture
def tf1_folder(tf1_saved, tmp_path):
    """A copy of a TF1 checkpoint, to be changed."""
    return Path(shutil.copytree(tf1_saved, tmp_path / "albert_base"))
