"""Google's TF1 checkpoints: folders, archives and TF-Hub modules."""

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_albert.convert.assembly import assemble
from keras_albert.convert.checkpoint import Checkpoint
from keras_albert.convert.configurations import backbone_arguments
from keras_albert.convert.networks import ALBERT, BERT, Network
from keras_albert.convert.stored_tensor import StoredTensor
from keras_albert.convert.tf1_file import read_tf1
from keras_albert.convert.tokenizer_files import find_tokenizer_files
from keras_albert.errors import InputError
from keras_albert.fetching.archives import is_archive, unpack
from keras_albert.fetching.model_folder import (
    BERT_CONFIG_FILE,
    CONFIG_FILE,
    CONFIG_FILES,
    model_folder,
)
from keras_albert.files import read_json


def find_config(folder: Path) -> Path | None:
    """The configuration in a TF1 checkpoint's folder, or None where there is none, or several."""
    for place in (folder, folder / "assets"):
        for pattern in CONFIG_FILES:
            found = list(place.glob(pattern))
            if len(found) == 1:
                return found[0]
    return None


def open_tf1(path: Path, head: str | None = None, num_heads: int | None = None) -> Checkpoint:
    """Opens what google-research/albert or /bert published or its training left.

    Args:
        path: a folder with `albert_config.json` or `bert_config.json` and a checkpoint
            (`model.ckpt-best.index` and its data), the archive of one, or a checkpoint's path up to
            `.index`.
        head: what a fine-tuned head is: "classifier" (the default) or "multiple_choice".
        num_heads: instead of what the configuration says.

    Raises:
        InputError: a part is missing, damaged, left over or unknown.
    """
    if not is_archive(path):
        return _open(path, path, head, num_heads)
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="keras-albert-")))
        unpack(path, folder)
        inner = model_folder(folder)
        if inner is None:
            raise InputError(f"{path} holds no {CONFIG_FILE}; is it one of Google's archives?")
        checkpoint = _open(inner, path, head, num_heads)
        checkpoint.on_close(cleanup.pop_all().close)
        return checkpoint


def _open(path: Path, named: Path, head: str | None, num_heads: int | None) -> Checkpoint:
    folder = path if path.is_dir() else path.parent
    prefix = _prefix(path, named)
    file = find_config(folder)
    if file is None:
        raise InputError(
            f"{named} has no {CONFIG_FILE} beside the checkpoint; weights alone do not say how "
            "many layers and heads to run."
        )
    config = read_json(file)
    if isinstance(config, Mapping) and num_heads is not None:
        config = {**config, "num_attention_heads": num_heads}
    # CLUE's ALBERTs lie under BERT's name, too; BERT has one width alone.
    is_bert = isinstance(config, Mapping) and "embedding_size" not in config
    network = BERT if is_bert and file.name == BERT_CONFIG_FILE else ALBERT
    backbone, warnings = backbone_arguments(config, file, "tf1", network)
    tensors = read_tf1(prefix)
    backbone["pooler"] = any(name.startswith("bert/pooler/") for name in tensors)
    heads = _heads(tensors, network, head)
    return Checkpoint(
        "tf1",
        named,
        backbone,
        heads,
        assemble("tf1", named, tensors, backbone, heads, network=network),
        None,
        find_tokenizer_files(folder),
        warnings,
    )


def _prefix(path: Path, named: Path) -> Path:
    """The one checkpoint in a folder; the best of a training run where it says which."""
    if not path.is_dir():
        return path.with_suffix("") if path.suffix == ".index" else path
    found = sorted({*path.glob("*.index"), *path.glob("variables/variables.index")})
    if len(found) > 1:
        found = [file for file in found if file.name.endswith("ckpt-best.index")] or found
    if len(found) != 1:
        raise InputError(
            f"{named} holds {len(found)} checkpoints (files that end in .index)"
            + (
                f": pass the path of one, such as {found[0].with_suffix('')}."
                if found
                else "; expected one, such as model.ckpt-best.index."
            )
        )
    return found[0].with_suffix("")


def _heads(
    tensors: Mapping[str, StoredTensor], network: Network, head: str | None
) -> dict[str, dict[str, Any]]:
    heads: dict[str, dict[str, Any]] = {
        name: {}
        for name in ("masked_tokens", "sentence_order", "spans", "joint_spans")
        if any(row.tf1 in tensors for row in network.heads[name])
    }
    weights = tensors.get("output_weights")
    if weights is not None and weights.shape:
        # `race_utils` and `classifier_utils` give their heads the same name.
        if head == "multiple_choice":
            heads["multiple_choice"] = {"dropout": 0.1}
        else:
            classes = weights.shape[0]
            problem = "regression" if classes == 1 else "single_label"
            heads["classifier"] = {"num_classes": classes, "problem": problem, "dropout": 0.1}
    return heads
