"""Where in an unpacked archive a model lies."""

from pathlib import Path

CONFIG_FILE = "albert_config.json"
BERT_CONFIG_FILE = "bert_config.json"
# The second is for CLUE's: albert_config_tiny_g.json, albert_config_small_google.json.
CONFIG_FILES = (CONFIG_FILE, "albert_config_*.json", BERT_CONFIG_FILE)


def model_folder(unpacked: Path, *other_names: str) -> Path | None:
    """The folder nearest the top that holds a configuration, or None where none does.

    Args:
        unpacked: what an archive was unpacked to.
        other_names: names of configurations beside those of TF1.
    """
    found = [file for name in (*CONFIG_FILES, *other_names) for file in unpacked.rglob(name)]
    if not found:
        return None
    nearest = min(found, key=lambda file: (len(file.parts), str(file))).parent
    # A TF-Hub module keeps its configuration apart from its variables.
    return nearest.parent if nearest.name == "assets" else nearest
