"""Writing a preset that KerasHub loads."""

from pathlib import Path
from typing import Any

from keras_albert.convert.assembly import disassemble
from keras_albert.convert.checkpoint import Checkpoint, TokenizerFiles
from keras_albert.convert.keras_hub import ARGUMENTS, BERT_ARGUMENTS, FIXED
from keras_albert.convert.networks import (
    ALBERT,
    BERT,
    Network,
    has_projection,
    network_of,
    num_stored_groups,
)
from keras_albert.errors import InputError
from keras_albert.files import write_directory_aside
from keras_albert.text.tokenizers.find_tokenizer import load_tokenizer


def write_keras_hub(
    checkpoint: Checkpoint, folder: str | Path, *, replace: bool = False
) -> list[str]:
    """Writes a preset of KerasHub's `AlbertBackbone`, `AlbertMaskedLM` or `AlbertTextClassifier`.

    Or of its BERTs, where `network_of` says so. KerasHub itself writes the folder, of a model with
    random weights; then the weights in its h5 files are replaced.

    Args:
        checkpoint: what to write.
        folder: made, or replaced.
        replace: whether an existing folder gives way.

    Returns:
        What was left out or added, one line each.

    Raises:
        InputError: KerasHub cannot express it, or the folder is occupied.
    """
    import h5py
    import numpy as np

    _check(checkpoint)
    network = network_of(checkpoint.backbone)
    notes = []
    if "masked_tokens" in checkpoint.heads:
        notes.append(
            "KerasHub normalises in its masked-token head with an epsilon of 1e-5 instead of "
            "1e-12: its logits differ slightly."
        )
    if checkpoint.labels is not None:
        notes.append("The label names are left out: KerasHub has no place for them.")
    tokenizer = checkpoint.tokenizer
    if tokenizer is not None and network is BERT:
        notes.append(
            "The tokenizer is left out: KerasHub's splits words at control characters and gives "
            "up on long ones, so its ids would differ."
        )
        tokenizer = None
    elif tokenizer is not None and tokenizer.kind != "sentencepiece":
        notes.append("The tokenizer is left out: KerasHub's ALBERT reads SentencePiece models.")
        tokenizer = None
    elif tokenizer is not None and load_tokenizer(tokenizer.path).google_digit_comma:
        notes.append(
            "KerasHub does not split pieces that end in a digit and a comma, as Google's code and "
            "this package do."
        )
    weights: dict[str, dict[str, Any]] = {"model.weights.h5": {}, "task.weights.h5": {}}
    for name, read in disassemble(checkpoint, "keras-hub", network):
        file = "task.weights.h5" if name.startswith("task/") else "model.weights.h5"
        weights[file][name.removeprefix("task/")] = read
    if network is ALBERT and not has_projection(checkpoint.backbone):
        # KerasHub always projects. The identity gives the same numbers.
        hidden = checkpoint.backbone["hidden_dim"]
        weights["model.weights.h5"] |= {
            "layers/dense/vars/0": lambda: np.eye(hidden, dtype=np.float32),
            "layers/dense/vars/1": lambda: np.zeros(hidden, np.float32),
        }
        notes.append("KerasHub always projects embeddings: an identity projection was added.")
    with write_directory_aside(folder, replace=replace) as aside:
        _save_random(checkpoint, network, tokenizer, aside)
        for file, readers in weights.items():
            if not readers:
                continue
            with h5py.File(aside / file, "r+") as content:
                for name, read in readers.items():
                    content[name][...] = read()
    return notes


def _check(checkpoint: Checkpoint) -> None:
    backbone = checkpoint.backbone
    reasons = []
    activation = "gelu_tanh" if backbone["activation"] == "gelu_new" else backbone["activation"]
    if activation != FIXED["activation"]:
        reasons.append(f"its activation is always tanh gelu, this one's is {activation!r}")
    if backbone["layer_norm_epsilon"] != FIXED["layer_norm_epsilon"]:
        reasons.append(f"its epsilon is always 1e-12, not {backbone['layer_norm_epsilon']}")
    if backbone["hidden_dropout"] != backbone["attention_dropout"]:
        reasons.append("it has one dropout for hidden states and attention, here they differ")
    if not backbone.get("pooler", True):
        reasons.append("it always has a pooler, and this model has none")
    if backbone["num_layers"] % num_stored_groups(backbone):
        reasons.append("its layers must be a multiple of its groups")
    if len(checkpoint.heads) > 1 or set(checkpoint.heads) - {"masked_tokens", "classifier"}:
        reasons.append(
            "its tasks have a masked-token head or a classifier, and these heads are "
            f"{', '.join(checkpoint.heads)} (leave one out: convert --without HEAD)"
        )
    if checkpoint.heads.get("classifier", {}).get("problem", "single_label") != "single_label":
        reasons.append("its classifier is compiled for one label a text")
    if reasons:
        raise InputError(f"KerasHub cannot express this model: {'; '.join(reasons)}.")


def _save_random(
    checkpoint: Checkpoint, network: Network, tokenizer: TokenizerFiles | None, folder: Path
) -> None:
    import keras_hub

    backbone = checkpoint.backbone
    kind = "Bert" if network is BERT else "Albert"
    arguments = BERT_ARGUMENTS if network is BERT else ARGUMENTS
    peer = getattr(keras_hub.models, f"{kind}Backbone")(
        **{name: backbone[name] for name in arguments},
        dropout=backbone["hidden_dropout"],
        dtype="float32",
    )
    options: dict[str, Any] = {}
    for head, settings in checkpoint.heads.items():
        if head == "classifier":
            options = {
                name: settings[name]
                for name in ("num_classes", "dropout", "activation")
                if name in settings
            }
    tasks = {"masked_tokens": "MaskedLM", "classifier": "TextClassifier"}
    spm = None
    if tokenizer is not None:
        # With ALBERT's normalisation in it, which KerasHub does not add.
        proto = load_tokenizer(tokenizer.path).proto
        spm = keras_hub.models.AlbertTokenizer(proto=proto)
    if not checkpoint.heads:
        peer.save_to_preset(str(folder))
        if spm is not None:
            spm.save_to_preset(str(folder))
        return
    name = kind + tasks[next(iter(checkpoint.heads))]
    task_class = getattr(keras_hub.models, name)
    preprocessor_class = getattr(keras_hub.models, f"{name}Preprocessor")
    preprocessor = None
    if spm is not None:
        length = min(512, backbone["max_sequence_length"])
        preprocessor = preprocessor_class(spm, sequence_length=length)
    task_class(backbone=peer, preprocessor=preprocessor, **options).save_to_preset(str(folder))
