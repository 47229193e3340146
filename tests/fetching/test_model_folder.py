"""The folder of an unpacked archive that holds the model."""

from keras_albert.fetching.model_folder import model_folder


def test_the_configuration_nearest_the_top_counts(tmp_path):
    for folder in ("deep/er", "albert_base"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "albert_config.json").touch()
    assert model_folder(tmp_path) == tmp_path / "albert_base"


def test_a_hub_module_keeps_its_configuration_in_assets(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "albert_config_tiny_g.json").touch()
    assert model_folder(tmp_path) == tmp_path


def test_other_names_are_looked_for_too(tmp_path):
    (tmp_path / "config.json").touch()
    assert model_folder(tmp_path) is None
    assert model_folder(tmp_path, "config.json") == tmp_path
