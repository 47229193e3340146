"""The networks whose weights are read and written, ALBERT and BERT: what differs between them.

BERT is `AlbertBackbone` with `sharing="none"`, E = H and no projection. Its weights are ALBERT's
under other names, so its table is made from ALBERT's: the beginnings of names that differ.

Sources: google-research/bert `modeling.py`, `run_pretraining.py`, `run_squad.py`;
huggingface/transformers `modeling_bert.py`; keras-team/keras-hub `bert_backbone.py`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from keras_albert.convert.name_tables import (
    BLOCK,
    EMBEDDINGS,
    HEADS,
    HF_BUFFERS,
    HF_CLASSES,
    HF_TIED,
    POOLER,
    PROJECTION,
    Row,
)


class Network(NamedTuple):
    """What weights of one network are called, and what holds them.

    Attributes:
        name: transformers' `model_type`, which begins the names of its weights, too.
        title: for sentences.
        embeddings: rows of the embeddings.
        projection: rows of the Dense layer from E to H.
        block: rows of a block, names to be filled in.
        pooler: rows of the pooler.
        heads: rows by head.
        hf_classes: transformers' class -> the heads it has, and whether it has a pooler.
        hf_buffers: tensors of transformers' files that are no weights.
        hf_tied: tensors that hold another's values a second time -> that other.
    """

    name: str
    title: str
    embeddings: tuple[Row, ...]
    projection: tuple[Row, ...]
    block: tuple[Row, ...]
    pooler: tuple[Row, ...]
    heads: Mapping[str, tuple[Row, ...]]
    hf_classes: Mapping[str, tuple[tuple[str, ...], bool]]
    hf_buffers: tuple[str, ...]
    hf_tied: Mapping[str, str]

    def block_rows(self, backbone: Mapping[str, Any]) -> list[Row]:
        """The rows of every block of the encoder, names filled in.

        Args:
            backbone: `AlbertBackbone`'s constructor arguments.
        """
        inner_repetitions = backbone["num_inner_repetitions"]
        rows = []
        for group in range(num_stored_groups(backbone)):
            for inner in range(inner_repetitions):
                n = group * inner_repetitions + inner
                numbers = {"group": group, "inner": inner, "hub_suffix": f"_{n}" if n else ""}
                rows += [
                    row._replace(
                        ours=row.ours.format(**numbers),
                        tf1=row.tf1.format(**numbers),
                        huggingface=row.huggingface and row.huggingface.format(**numbers),
                        keras_hub=row.keras_hub and row.keras_hub.format(**numbers),
                    )
                    for row in self.block
                ]
        return rows


def num_stored_groups(backbone: Mapping[str, Any]) -> int:
    """How many groups of blocks with weights of their own there are.

    Args:
        backbone: `AlbertBackbone`'s constructor arguments, `sharing` "all" or "none".
    """
    unshared = backbone.get("sharing", "all") == "none"
    return int(backbone["num_layers" if unshared else "num_groups"])


def has_projection(backbone: Mapping[str, Any]) -> bool:
    """Whether a backbone of these arguments has a Dense layer from E to H."""
    wanted = backbone.get("embedding_projection")
    return bool(wanted or (wanted is None and backbone["embedding_dim"] != backbone["hidden_dim"]))


ALBERT = Network(
    "albert",
    "ALBERT",
    EMBEDDINGS,
    PROJECTION,
    BLOCK,
    POOLER,
    HEADS,
    HF_CLASSES,
    HF_BUFFERS,
    HF_TIED,
)

_TF1_ALBERT = "bert/encoder/transformer/group_{group}/inner_group_{inner}/"
_TF1_BERT = "bert/encoder/layer_{group}/"
_HF_ALBERT = "albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}."
_HF_BERT = "bert.encoder.layer.{group}."
# How a name of ALBERT's begins, and BERT's in its place: the first that fits counts.
_TF1_BEGINNINGS = (
    (f"{_TF1_ALBERT}attention_1/", f"{_TF1_BERT}attention/"),
    (f"{_TF1_ALBERT}LayerNorm/", f"{_TF1_BERT}attention/output/LayerNorm/"),
    (f"{_TF1_ALBERT}ffn_1/intermediate/output/", f"{_TF1_BERT}output/"),
    (f"{_TF1_ALBERT}ffn_1/intermediate/", f"{_TF1_BERT}intermediate/"),
    (f"{_TF1_ALBERT}LayerNorm_1/", f"{_TF1_BERT}output/LayerNorm/"),
)
_HF_BEGINNINGS = (
    (f"{_HF_ALBERT}attention.dense.", f"{_HF_BERT}attention.output.dense."),
    (f"{_HF_ALBERT}attention.LayerNorm.", f"{_HF_BERT}attention.output.LayerNorm."),
    (f"{_HF_ALBERT}attention.", f"{_HF_BERT}attention.self."),
    (f"{_HF_ALBERT}ffn.", f"{_HF_BERT}intermediate.dense."),
    (f"{_HF_ALBERT}ffn_output.", f"{_HF_BERT}output.dense."),
    (f"{_HF_ALBERT}full_layer_layer_norm.", f"{_HF_BERT}output.LayerNorm."),
    ("albert.pooler.", "bert.pooler.dense."),
    ("albert.", "bert."),
    ("predictions.dense.", "cls.predictions.transform.dense."),
    ("predictions.LayerNorm.", "cls.predictions.transform.LayerNorm."),
    ("predictions.", "cls.predictions."),
    # The same two numbers a text pair; BERT's say whether the second text follows the first.
    ("sop_classifier.classifier.", "cls.seq_relationship."),
)
# Without a projection, the pooler is the first Dense layer that KerasHub counts.
_HUB_BEGINNINGS = (("layers/dense_1/", "layers/dense/"),)


def _renamed(name: str, beginnings: tuple[tuple[str, str], ...]) -> str:
    for theirs, bert in beginnings:
        if name.startswith(theirs):
            return bert + name.removeprefix(theirs)
    return name


def _bert(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(
        row._replace(
            tf1=_renamed(row.tf1, _TF1_BEGINNINGS),
            huggingface=row.huggingface and _renamed(row.huggingface, _HF_BEGINNINGS),
            keras_hub=row.keras_hub and _renamed(row.keras_hub, _HUB_BEGINNINGS),
        )
        for row in rows
    )


BERT = Network(
    "bert",
    "BERT",
    _bert(EMBEDDINGS),
    (),
    _bert(BLOCK),
    _bert(POOLER),
    {head: _bert(rows) for head, rows in HEADS.items()},
    {
        **{name.replace("Albert", "Bert"): parts for name, parts in HF_CLASSES.items()},
        "BertForNextSentencePrediction": (("sentence_order",), True),
    },
    tuple(_renamed(name, _HF_BEGINNINGS) for name in HF_BUFFERS),
    {
        _renamed(copy, _HF_BEGINNINGS): _renamed(original, _HF_BEGINNINGS)
        for copy, original in HF_TIED.items()
    },
)
NETWORKS = {network.name: network for network in (ALBERT, BERT)}


def network_of(backbone: Mapping[str, Any]) -> Network:
    """Which network a backbone is to other implementations.

    Args:
        backbone: `AlbertBackbone`'s constructor arguments, `sharing` "all" or "none".

    Returns:
        `BERT` where every layer has weights of its own and nothing projects the embeddings, which
        transformers' and KerasHub's ALBERT always do; else `ALBERT`.
    """
    unshared = num_stored_groups(backbone) == backbone["num_layers"]
    plain = not has_projection(backbone) and backbone["num_inner_repetitions"] == 1
    return BERT if unshared and plain else ALBERT
