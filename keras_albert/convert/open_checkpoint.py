"""Which form of weights a path holds, and opening it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.huggingface import open_huggingface
from keras_albert.convert.keras_hub import is_keras_hub, open_keras_hub
from keras_albert.convert.name_tables import CLASSIFIER_HEADS
from keras_albert.convert.networks import NETWORKS
from keras_albert.convert.other_networks import not_read, other_backbone
from keras_albert.convert.sentence_transformers import transformer_folder
from keras_albert.convert.tf1 import find_config, open_tf1
from keras_albert.errors import InputError, suggest
from keras_albert.fetching.addresses import local_path
from keras_albert.fetching.archives import is_archive
from keras_albert.fetching.model_folder import CONFIG_FILE
from keras_albert.files import read_json


def source_of(path: str | Path) -> str | None:
    """Which implementation a local path comes from.

    Args:
        path: a folder, an archive, or a TF1 checkpoint's path up to `.index`.

    Returns:
        "huggingface", "tf1", "keras-hub", or None for what is none of these: a folder of this
        package, a name, an address.

    Raises:
        InputError: a folder's `config.json` is damaged, or is another network's.
    """
    path = Path(path)
    if is_archive(path) or Path(f"{path}.index").is_file():
        return "tf1"
    if path.suffix == ".index" and path.is_file():
        return "tf1"
    if not path.is_dir():
        return None
    # A folder of transformers may keep Google's configuration beside its own.
    if find_config(path) is not None and not _has_torch_weights(path):
        return "tf1"
    file = path / "config.json"
    if not file.is_file():
        # sentence-transformers may keep the network in a folder below.
        file = transformer_folder(path) / "config.json"
    if not file.is_file():
        return None
    config: Any = read_json(file)
    if is_keras_hub(config):
        return "keras-hub"
    if isinstance(config, Mapping) and (name := other_backbone(config.get("registered_name"))):
        raise InputError(f"{file} is of KerasHub's {name}. {not_read(name)}")
    if isinstance(config, Mapping) and "registered_name" not in config and len(config):
        model_type = config.get("model_type", "albert")
        if model_type not in NETWORKS:
            raise InputError(f"{file} is of {model_type!r}. {not_read(str(model_type))}")
        if "hidden_size" not in config:
            raise InputError(
                f"{file} is not of an ALBERT or a BERT that transformers saved; expected "
                "model_type 'albert' or 'bert' and the network's sizes."
            )
        return "huggingface"
    return None


def _has_torch_weights(folder: Path) -> bool:
    files = (*folder.glob("model*.safetensors"), *folder.glob("pytorch_model*.bin"))
    return (folder / "config.json").is_file() and bool(files)


def is_foreign(path: str | Path) -> bool:
    """Whether a path holds weights that `open_checkpoint` reads."""
    return source_of(path) is not None


def open_checkpoint(
    path: str | Path, *, head: str | None = None, num_heads: int | None = None
) -> Checkpoint:
    """Opens another implementation's weights; nothing but the configuration is read yet.

    Args:
        path: a folder of transformers, a TF1 checkpoint's folder, archive or prefix, a KerasHub
            preset, or what `local_path` fetches.
        head: what a head is that the files call a classifier and say no more of: "classifier",
            "token_classifier" or "multiple_choice".
        num_heads: attention heads, instead of what the configuration says; shapes cannot tell.

    Returns:
        The checkpoint. Close it, or use it in a `with` statement.

    Raises:
        InputError: the path is no such thing, or anything in it is missing, damaged, unknown or
            left over.

    Example:
    ```python
    with open_checkpoint("albert_base_v2.tar.gz") as checkpoint:
        checkpoint.backbone["num_heads"], checkpoint.heads, checkpoint.warnings
    ```
    """
    if head is not None and head not in CLASSIFIER_HEADS:
        raise InputError(
            f"Unknown head {head!r}; expected one of {', '.join(CLASSIFIER_HEADS)}."
            + suggest(str(head), CLASSIFIER_HEADS)
        )
    path = local_path(path)
    source = source_of(path)
    if source == "huggingface":
        return open_huggingface(path, head, num_heads)
    if source == "tf1":
        return open_tf1(path, head, num_heads)
    if source == "keras-hub":
        return open_keras_hub(path, num_heads)
    if not path.exists():
        raise InputError(f"{path} does not exist.")
    raise InputError(
        f"{path} is none of the forms this package converts: expected a folder of transformers "
        "(config.json and model.safetensors or pytorch_model.bin), a TF1 checkpoint with "
        f"{CONFIG_FILE} or bert_config.json or its archive, or a KerasHub preset of ALBERT or BERT."
    )
