"""Folders and checkpoints of other implementations, as for `convert`."""

from tests.convert.conftest import hf_folder, hf_folders, tf1_folder, tf1_saved

__all__ = ["hf_folder", "hf_folders", "tf1_folder", "tf1_saved"]
