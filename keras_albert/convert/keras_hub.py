"""KerasHub's preset folders of ALBERT and BERT."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.convert.assembly import assemble
from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.h5_file import read_h5
from keras_albert.convert.networks import ALBERT, BERT, Network
from keras_albert.convert.tokenizer_files import find_tokenizer_files
from keras_albert.errors import InputError
from keras_albert.files import read_json

# KerasHub's names of its arguments are ours, which were named after them.
ARGUMENTS = (
    "vocabulary_size",
    "num_layers",
    "num_heads",
    "embedding_dim",
    "hidden_dim",
    "intermediate_dim",
    "num_groups",
    "num_inner_repetitions",
    "max_sequence_length",
    "num_segments",
)
# BERT has one width for embeddings and layers, and no groups.
BERT_ARGUMENTS = tuple(
    name
    for name in ARGUMENTS
    if name not in ("embedding_dim", "num_groups", "num_inner_repetitions")
)
# What `AlbertBackbone` and `BertBackbone` of KerasHub have no argument for, but
# their code has.
FIXED = {
    "activation": "gelu_tanh",
    "layer_norm_epsilon": 1e-12,
    "embedding_projection": True,
    "pooler": True,
    "initializer_range": 0.02,
}
_BACKBONES = {
    f"{library}>{name}": network
    for library in ("keras_hub", "keras_nlp")
    for name, network in (("AlbertBackbone", ALBERT), ("BertBackbone", BERT))
}
_HEADS = {
    "AlbertMaskedLM": "masked_tokens",
    "AlbertMaskedLm": "masked_tokens",
    "AlbertTextClassifier": "classifier",
    "AlbertClassifier": "classifier",
    "BertMaskedLM": "masked_tokens",
    "BertMaskedLm": "masked_tokens",
    "BertTextClassifier": "classifier",
    "BertClassifier": "classifier",
}


def open_keras_hub(folder: Path, num_heads: int | None = None) -> Checkpoint:
    """Opens a preset that KerasHub's `AlbertBackbone`, `BertBackbone` or a task of one saved.

    Args:
        folder: with `config.json`, `model.weights.h5` and, of a task, `task.json` and
            `task.weights.h5`.
        num_heads: instead of what `config.json` says.

    Raises:
        InputError: a part is missing, damaged, left over or unknown.
    """
    network, backbone = _backbone(folder / "config.json")
    warnings = []
    stored_heads = backbone["num_heads"]
    if num_heads is not None:
        _check_heads(folder, backbone["hidden_dim"], num_heads)
        backbone["num_heads"] = num_heads
    elif backbone["hidden_dim"] == 2048 and backbone["num_heads"] == 16:
        warnings.append(
            f"{folder} says 16 attention heads, as KerasHub does for every ALBERT xlarge; Google's "
            "own files say 32. If answers are poor, pass num_heads=32."
        )
    heads, activation = _heads(folder / "task.json", network)
    tensors = read_h5(folder / "model.weights.h5")
    if heads:
        found = read_h5(folder / "task.weights.h5")
        tensors |= {
            f"task/{name}": tensor
            for name, tensor in found.items()
            if not name.startswith("optimizer/")
        }
    if "masked_tokens" in heads:
        warnings.append(
            f"{folder}: KerasHub normalises in its masked-token head with an epsilon of 1e-5, "
            f"{network.title} with 1e-12, which is used here: logits differ slightly from "
            "KerasHub's."
        )
    if activation not in (None, "linear"):
        heads["classifier"]["activation"] = activation
    return Checkpoint(
        "keras-hub",
        folder,
        backbone,
        heads,
        assemble("keras-hub", folder, tensors, backbone, heads, stored_heads, network),
        None,
        find_tokenizer_files(folder),
        warnings,
    )


def _config(file: Path) -> tuple[str, dict[str, Any]]:
    content = read_json(file)
    config = content.get("config") if isinstance(content, dict) else None
    if not isinstance(config, dict):
        raise InputError(f"{file} is not a KerasHub configuration: it has no config.")
    return str(content.get("class_name")), config


def _backbone(file: Path) -> tuple[Network, dict[str, Any]]:
    name, config = _config(file)
    network = BERT if name == "BertBackbone" else ALBERT
    arguments = BERT_ARGUMENTS if network is BERT else ARGUMENTS
    known = {*arguments, "dropout", "name", "trainable", "dtype"}
    unknown = sorted(set(config) - known)
    missing = sorted({*arguments, "dropout"} - set(config))
    if unknown or missing:
        raise InputError(
            f"{file} is not KerasHub's {network.title}: "
            + "; ".join(
                f"{what} {', '.join(names)}"
                for what, names in (("unknown", unknown), ("missing", missing))
                if names
            )
            + "."
        )
    for name in arguments:
        if type(config[name]) is not int or config[name] < 1:
            raise InputError(f"{file} says {name}={config[name]!r}; expected 1 or more.")
    _check_heads(file, config["hidden_dim"], config["num_heads"])
    if config["num_layers"] % config.get("num_groups", 1):
        raise InputError(f"{file}: num_layers is not a multiple of num_groups.")
    found = {
        **{name: config[name] for name in arguments},
        **FIXED,
        "hidden_dropout": config["dropout"],
        "attention_dropout": config["dropout"],
    }
    if network is BERT:
        found |= {
            "embedding_dim": config["hidden_dim"],
            "num_groups": 1,
            "num_inner_repetitions": 1,
            "sharing": "none",
            "embedding_projection": False,
        }
    return network, found


def _check_heads(where: Path, hidden_dim: int, num_heads: int) -> None:
    if num_heads < 1 or hidden_dim % num_heads:
        raise InputError(
            f"{where}: hidden_dim={hidden_dim} cannot be split into {num_heads} heads."
        )


def _heads(file: Path, network: Network) -> tuple[dict[str, dict[str, Any]], Any]:
    """The head of a preset's task, if it has one, and the activation on its outputs."""
    if not file.is_file():
        return {}, None
    name, config = _config(file)
    known = sorted(known for known in _HEADS if known.startswith(network.name.capitalize()))
    if name not in known:
        raise InputError(f"{file} is of {name}; expected one of {', '.join(known)}.")
    if _HEADS[name] == "masked_tokens":
        return {"masked_tokens": {}}, None
    classes = config.get("num_classes")
    if type(classes) is not int or classes < 1:
        raise InputError(f"{file} says num_classes={classes!r}; expected 1 or more.")
    settings = {
        "num_classes": classes,
        "problem": "single_label",
        "dropout": config.get("dropout", 0.1),
    }
    return {"classifier": settings}, config.get("activation")


def is_keras_hub(config: Any) -> bool:
    """Whether a `config.json` is of KerasHub's ALBERT or BERT."""
    return isinstance(config, Mapping) and config.get("registered_name") in _BACKBONES
