"""The demo's folder: emptied where a demo made it, and nowhere else."""

import pytest

from examples.demo.__main__ import emptied

pytestmark = pytest.mark.once


def test_only_a_demo_s_folder_is_emptied(tmp_path):
    (tmp_path / "project" / "data").mkdir(parents=True)
    (tmp_path / "project" / "thesis.txt").write_text("years")
    with pytest.raises(SystemExit, match="no demo"):
        emptied(tmp_path / "project")
    assert (tmp_path / "project" / "thesis.txt").read_text() == "years"
    with pytest.raises(SystemExit, match="is a file"):
        emptied(tmp_path / "project" / "thesis.txt")
    folder = emptied(tmp_path / "demo")
    (folder / "data").mkdir()
    assert not (emptied(folder) / "data").exists()
