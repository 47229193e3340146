"""Folders of transformers, as `save_pretrained` of 2.x to 5.x left them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.convert.assembly import assemble, listed
from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.configurations import backbone_arguments
from keras_albert.convert.name_tables import CLASSIFIER_HEADS
from keras_albert.convert.networks import ALBERT, BERT, NETWORKS, Network
from keras_albert.convert.safetensors_file import read_safetensors
from keras_albert.convert.sentence_transformers import read_sentence_vectors, transformer_folder
from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.convert.tokenizer_files import find_tokenizer_files
from keras_albert.convert.torch_file import read_torch
from keras_albert.errors import InputError
from keras_albert.files import read_json

# In the order of preference.
_WEIGHTS: tuple[tuple[str, Callable[[Path], dict[str, StoredTensor]]], ...] = (
    ("model.safetensors", read_safetensors),
    ("pytorch_model.bin", read_torch),
)
_PROBLEMS = {
    "regression": "regression",
    "single_label_classification": "single_label",
    "multi_label_classification": "multi_label",
}


def open_huggingface(
    folder: Path, head: str | None = None, num_heads: int | None = None
) -> Checkpoint:
    """Opens a folder with `config.json` and the weights of one of transformers' ALBERT or BERT
    classes.

    Args:
        folder: with `model.safetensors` or `pytorch_model.bin`, whole or in shards; or one of
            sentence-transformers around such a folder.
        head: what a head named `classifier` is: "classifier", "token_classifier" or
            "multiple_choice", where `config.json` does not name a class.
        num_heads: instead of what `config.json` says.

    Raises:
        InputError: a part is missing, damaged, left over or unknown.
    """
    sentence_vectors = read_sentence_vectors(folder)
    folder = transformer_folder(folder)
    file = folder / "config.json"
    config = read_json(file)
    if isinstance(config, Mapping) and num_heads is not None:
        config = {**config, "num_attention_heads": num_heads}
    network = ALBERT
    if isinstance(config, Mapping):
        network = NETWORKS.get(str(config.get("model_type")), ALBERT)
    backbone, warnings = backbone_arguments(config, file, "huggingface", network)
    tensors = _own_names(folder, _read_weights(folder), network)
    backbone["pooler"] = any(row.huggingface in tensors for row in network.pooler)
    heads = _heads(folder, config, tensors, network, backbone["pooler"], head, warnings)
    labels = None
    for name in ("classifier", "token_classifier"):
        if name in heads:
            labels = _labels(file, config, heads[name]["num_classes"])
    return Checkpoint(
        "huggingface",
        folder,
        backbone,
        heads,
        assemble("huggingface", folder, tensors, backbone, heads, network=network),
        labels,
        find_tokenizer_files(folder),
        warnings,
        sentence_vectors,
    )


def _read_weights(folder: Path) -> dict[str, StoredTensor]:
    for name, read in _WEIGHTS:
        if (folder / name).is_file():
            return read(folder / name)
        index = folder / f"{name}.index.json"
        if index.is_file():
            return _read_shards(index, read)
    others = sorted(path.name for path in folder.iterdir() if path.suffix in (".h5", ".msgpack"))
    raise InputError(
        f"{folder} holds no weights this package reads: expected model.safetensors or "
        "pytorch_model.bin, whole or with an index."
        + (f" {others[0]} is another framework's: save it with transformers." if others else "")
    )


def _read_shards(
    index: Path, read: Callable[[Path], dict[str, StoredTensor]]
) -> dict[str, StoredTensor]:
    content = read_json(index)
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict) or not places:
        raise InputError(f"{index} has no weight_map, which says what is in which file.")
    tensors: dict[str, StoredTensor] = {}
    for name in sorted({str(place) for place in places.values()}):
        if Path(name).name != name:
            raise InputError(f"{index} names {name!r}, which is not a file beside it.")
        if not (index.parent / name).is_file():
            raise InputError(f"{index} names {name}, which is missing. Fetch it too.")
        found = read(index.parent / name)
        expected = {key for key, place in places.items() if place == name}
        if expected != set(found):
            raise InputError(
                f"{index.parent / name} and {index.name} differ over "
                f"{listed(sorted(expected ^ set(found)))}."
            )
        tensors.update(found)
    return tensors


def _own_names(
    folder: Path, tensors: Mapping[str, StoredTensor], network: Network
) -> dict[str, StoredTensor]:
    """Under the names of `AlbertForPreTraining`, without buffers and second copies."""
    tensors = {_not_tensorflow_s(name): tensor for name, tensor in tensors.items()}
    prefix = f"{network.name}."
    if not any(name.startswith(prefix) for name in tensors):
        # `AlbertModel` saved by itself.
        parts = ("embeddings.", "encoder.", "pooler.")
        tensors = {
            f"{prefix}{name}" if name.startswith(parts) else name: tensor
            for name, tensor in tensors.items()
        }
    own = {name: tensor for name, tensor in tensors.items() if name not in network.hf_buffers}
    for copy, original in network.hf_tied.items():
        if copy not in own:
            continue
        tied = own.pop(copy)
        if original not in own:
            own[original] = tied
        elif tied.shape != own[original].shape or not np.array_equal(
            tied.read(), own[original].read()
        ):
            raise InputError(
                f"{folder}: {copy} differs from {original}. {network.title} uses one set of "
                "weights for both, and so does this package."
            )
    return own


def _not_tensorflow_s(name: str) -> str:
    """Files converted in 2018, the first BERTs among them, have TensorFlow's names of two parts."""
    for old, new in (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")):
        if name.endswith(old):
            return name.removesuffix(old) + new
    return name


def _heads(
    folder: Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, StoredTensor],
    network: Network,
    pooler: bool,
    head: str | None,
    warnings: list[str],
) -> dict[str, dict[str, Any]]:
    heads: dict[str, dict[str, Any]] = {
        name: {}
        for name in ("masked_tokens", "sentence_order", "spans")
        if any(row.huggingface in tensors for row in network.heads[name])
    }
    if not any(name.startswith("classifier.") for name in tensors):
        return heads
    bias = tensors.get("classifier.bias")
    if bias is None or len(bias.shape) != 1:
        raise InputError(f"{folder}: expected classifier.bias with one number a class.")
    name = _classifier_head(folder, config, network, pooler, head, warnings)
    key, dropout = "classifier_dropout_prob", config.get("classifier_dropout_prob", 0.1)
    if network is BERT:
        key = "classifier_dropout"
        dropout = config.get(key)
        dropout = config.get("hidden_dropout_prob", 0.1) if dropout is None else dropout
    if type(dropout) not in (int, float) or not 0 <= dropout < 1:
        raise InputError(
            f"{folder}: config.json says {key}={dropout!r}; expected a number from 0 to below 1."
        )
    settings: dict[str, Any] = {"dropout": dropout}
    if name != "multiple_choice":
        settings["num_classes"] = bias.shape[0]
    if name == "classifier":
        settings["problem"] = _problem(folder, config, bias.shape[0])
    return {**heads, name: settings}


def _classifier_head(
    folder: Path,
    config: Mapping[str, Any],
    network: Network,
    pooler: bool,
    told: str | None,
    warnings: list[str],
) -> str:
    architectures = config.get("architectures") or []
    if not isinstance(architectures, list):
        raise InputError(
            f"{folder}: config.json says architectures={architectures!r}; expected a list of names."
        )
    for architecture in architectures:
        for head in network.hf_classes.get(str(architecture), ((), True))[0]:
            if head in CLASSIFIER_HEADS:
                return head
    if told is not None:
        return told
    if not pooler:
        return "token_classifier"
    warnings.append(
        f"{folder} does not say which class it is of (architectures in config.json); its head is "
        "taken for a text classifier's. If it is another's, load that class."
    )
    return "classifier"


def _problem(folder: Path, config: Mapping[str, Any], num_classes: int) -> str:
    problem = config.get("problem_type")
    if problem is None:
        # What transformers does too: a single output is a regression.
        return "regression" if num_classes == 1 else "single_label"
    if problem not in _PROBLEMS:
        raise InputError(
            f"{folder}: config.json says problem_type={problem!r}; expected one of "
            f"{', '.join(_PROBLEMS)}."
        )
    return _PROBLEMS[problem]


def _labels(file: Path, config: Mapping[str, Any], num_classes: int) -> list[str] | None:
    names = config.get("id2label")
    if not names:
        return None
    ids = [str(index) for index in range(num_classes)]
    if isinstance(names, Mapping) and sorted(names) != sorted(ids):
        # transformers 2.x and 3.x wrote two labels for every task, named like this.
        if all(name == f"LABEL_{index}" for index, name in names.items()):
            return None
    if not isinstance(names, Mapping) or sorted(names) != sorted(ids):
        raise InputError(
            f"{file}: id2label names {len(names)} labels and the classifier has {num_classes} "
            "outputs. Correct the file."
        )
    return [str(names[index]) for index in ids]
