"""BERT's table against the names that the other implementations use themselves."""

from collections import Counter

import pytest
import transformers

from keras_albert.convert.assembly import rows_of
from keras_albert.convert.networks import (
    ALBERT,
    BERT,
    has_projection,
    network_of,
    num_stored_groups,
)
from tests.convert.test_name_tables import BACKBONE
from tests.foreign import BERT_CLASSES, google_bert_variables, hf_model

SIZES = {
    **BACKBONE,
    "embedding_dim": 48,
    "num_layers": 4,
    "num_groups": 1,
    "num_inner_repetitions": 1,
    "embedding_projection": False,
    "sharing": "none",
}


@pytest.mark.parametrize("class_name", BERT_CLASSES)
def test_names_and_shapes_are_transformers_own(class_name):
    heads, pooler = BERT.hf_classes[class_name]
    settings = {head: {"num_classes": 2} for head in heads}
    ours = {}
    for row, sizes in rows_of({**SIZES, "pooler": pooler}, settings, BERT):
        shape = tuple(sizes[letter] for letter in row.shape)
        ours[row.huggingface] = shape[::-1] if row.ours.endswith("/kernel") else shape
    prefix = "bert." if class_name == "BertModel" else ""
    state = hf_model(class_name).state_dict()
    theirs = {prefix + name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in (*BERT.hf_buffers, *BERT.hf_tied):
        theirs.pop(name, None)
    assert ours == theirs


def test_names_and_shapes_are_google_s():
    heads = {"masked_tokens": {}, "sentence_order": {}}
    ours = {}
    for row, sizes in rows_of({**SIZES, "pooler": True}, heads, BERT):
        shape = tuple(sizes[letter] for letter in row.shape)
        ours[row.tf1] = shape[::-1] if row.tf1.endswith("output_weights") else shape
    peer = hf_model("BertForPreTraining")
    assert ours == {name: value.shape for name, value in google_bert_variables(peer).items()}


def test_a_name_stands_for_one_weight_in_every_column():
    backbone = {**SIZES, "pooler": True}
    rows = [row for row, _ in rows_of(backbone, {"masked_tokens": {}, "sentence_order": {}}, BERT)]
    for column in ("tf1", "huggingface", "keras_hub"):
        names = Counter(getattr(row, column) for row in rows)
        names.pop(None, None)
        assert max(names.values()) == 1


def test_every_published_class_is_known():
    classes = {
        name for name in dir(transformers) if name == "BertModel" or name.startswith("BertFor")
    }
    assert classes == set(BERT.hf_classes) == set(BERT_CLASSES)


@pytest.mark.parametrize(
    ("changes", "network", "groups"),
    [
        ({}, BERT, 4),
        ({"sharing": "all", "num_groups": 4}, BERT, 4),
        ({"sharing": "all"}, ALBERT, 1),
        ({"embedding_projection": True}, ALBERT, 4),
        ({"embedding_dim": 24, "embedding_projection": None}, ALBERT, 4),
        ({"num_inner_repetitions": 2}, ALBERT, 4),
    ],
    ids=str,
)
def test_which_network_a_backbone_is(changes, network, groups):
    backbone = {**SIZES, **changes}
    assert network_of(backbone) is network
    assert num_stored_groups(backbone) == groups
    assert has_projection(backbone) is bool(
        changes.get("embedding_projection") or changes.get("embedding_dim")
    )
