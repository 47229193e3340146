"""Writing a folder that transformers loads."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.convert.assembly import disassemble
from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.configurations import config_for_huggingface
from keras_albert.convert.networks import ALBERT, BERT, Network, has_projection, network_of
from keras_albert.convert.sentence_transformers import write_sentence_vectors
from keras_albert.errors import InputError
from keras_albert.files import write_directory_aside, write_json
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer
from keras_albert.text.tokenizers.huggingface_files import write_huggingface_tokenizer

_PROJECTION = "albert.encoder.embedding_hidden_mapping_in"


def write_huggingface(
    checkpoint: Checkpoint, folder: str | Path, *, replace: bool = False
) -> list[str]:
    """Writes `config.json`, `model.safetensors` (float32) and the tokenizer.

    With `sentence_vectors`, it is a folder of sentence-transformers, too.

    BERT is what `network_of` takes for one; everything else is written as ALBERT. The class in
    `config.json` is the one that has just these heads. Where that class has no pooler
    (`AlbertForMaskedLM`, `ForQuestionAnswering`, `ForTokenClassification`), the pooler is left out:
    its heads do not read it.

    Args:
        checkpoint: what to write.
        folder: made, or replaced.
        replace: whether an existing folder gives way.

    Returns:
        What was left out or added, one line each.

    Raises:
        InputError: transformers cannot express it, or the folder is occupied.
    """
    from safetensors.numpy import save_file

    network = network_of(checkpoint.backbone)
    prefix = f"{network.name}."
    architecture, has_pooler = _class(checkpoint, network)
    tokenizer = None if checkpoint.tokenizer is None else load_tokenizer(checkpoint.tokenizer.path)
    # Where transformers 2.x to 5.x keep [CLS] and [SEP] of ALBERT.
    ids = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    if tokenizer is not None:
        ids = {
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.cls_token_id,
            "eos_token_id": tokenizer.sep_token_id,
        }
    if network is BERT:
        # Its configuration has no other.
        ids = {"pad_token_id": ids["pad_token_id"]}
    backbone = checkpoint.backbone
    config = {
        "architectures": [architecture],
        **config_for_huggingface(backbone, network),
        **_head_settings(checkpoint, network),
        **ids,
        "transformers_version": "5.0.0",
        "dtype": "float32",
    }
    notes: list[str] = []
    if backbone.get("pooler", True) and not has_pooler:
        notes.append(f"The pooler is left out: {architecture} has none.")
    tensors: dict[str, np.ndarray] = {}
    for name, read in disassemble(checkpoint, "huggingface", network):
        if name.startswith(f"{prefix}pooler.") and not has_pooler:
            continue
        # The file of a model without heads has no prefix.
        key = name if checkpoint.heads else name.removeprefix(prefix)
        tensors[key] = read()
    if network is ALBERT and not has_projection(backbone):
        # transformers always projects. The identity gives the same numbers.
        key = _PROJECTION if checkpoint.heads else _PROJECTION.removeprefix(prefix)
        tensors[f"{key}.weight"] = np.eye(backbone["hidden_dim"], dtype=np.float32)
        tensors[f"{key}.bias"] = np.zeros(backbone["hidden_dim"], np.float32)
        notes.append("transformers always projects embeddings: an identity projection was added.")
    with write_directory_aside(folder, replace=replace) as aside:
        write_json(aside / "config.json", config)
        # transformers wants the metadata, and would not read the file without it.
        save_file(tensors, aside / "model.safetensors", metadata={"format": "pt"})
        if tokenizer is not None:
            positions = backbone["max_sequence_length"]
            notes += write_huggingface_tokenizer(tokenizer, aside, max_length=positions)
        vectors = checkpoint.sentence_vectors
        if vectors is not None and vectors.problem is None and not checkpoint.heads:
            write_sentence_vectors(aside, vectors, backbone["hidden_dim"])
    return notes


def _class(checkpoint: Checkpoint, network: Network) -> tuple[str, bool]:
    """Transformers' class that has the checkpoint's heads, and whether it has a pooler."""
    for name, (heads, has_pooler) in network.hf_classes.items():
        if set(heads) == set(checkpoint.heads):
            if has_pooler and not checkpoint.backbone.get("pooler", True):
                raise InputError(
                    f"transformers' {name} has a pooler and this model has none (pooler=False); "
                    "there is nothing to write in its place."
                )
            return name, has_pooler
    raise InputError(
        f"transformers has no {network.title} class with the heads {', '.join(checkpoint.heads)} "
        "alone; leave one out (convert --without HEAD)."
    )


def _head_settings(checkpoint: Checkpoint, network: Network) -> dict[str, Any]:
    problems = {
        "single_label": "single_label_classification",
        "multi_label": "multi_label_classification",
        "regression": "regression",
    }
    settings: dict[str, Any] = {}
    for head in checkpoint.heads.values():
        if head.get("activation") not in (None, "linear"):
            raise InputError(
                f"transformers' classifier gives logits and cannot apply {head['activation']!r}; "
                "build the model with activation=None."
            )
        if "dropout" in head:
            key = "classifier_dropout" if network is BERT else "classifier_dropout_prob"
            settings[key] = head["dropout"]
        if "problem" in head:
            settings["problem_type"] = problems[head["problem"]]
        if "num_classes" in head:
            names = checkpoint.labels or [f"LABEL_{i}" for i in range(head["num_classes"])]
            settings["id2label"] = {str(i): name for i, name in enumerate(names)}
            settings["label2id"] = {name: i for i, name in enumerate(names)}
    if settings.get("problem_type") == "single_label_classification" and (
        len(settings["id2label"]) == 1
    ):
        raise InputError(
            "transformers takes a single class for a regression; a classifier needs two or more."
        )
    return settings
