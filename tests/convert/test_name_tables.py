"""The table against the names that the other implementations use themselves."""

from collections import Counter

import pytest
import transformers

from keras_albert.convert.assembly import rows_of
from keras_albert.convert.name_tables import HEADS, HF_BUFFERS, HF_CLASSES, HF_TIED
from keras_albert.convert.networks import ALBERT
from tests.foreign import google_variables, hf_model

BACKBONE = {
    "vocabulary_size": 211,
    "embedding_dim": 24,
    "hidden_dim": 48,
    "num_heads": 4,
    "intermediate_dim": 96,
    "max_sequence_length": 40,
    "num_segments": 2,
    "num_groups": 2,
    "num_inner_repetitions": 2,
    "embedding_projection": True,
}


@pytest.mark.parametrize("class_name", HF_CLASSES)
def test_names_and_shapes_are_transformers_own(class_name):
    heads, pooler = HF_CLASSES[class_name]
    settings = {head: {"num_classes": 2} for head in heads}
    rows = rows_of({**BACKBONE, "pooler": pooler}, settings)
    ours = {}
    for row, sizes in rows:
        shape = tuple(sizes[letter] for letter in row.shape)
        ours[row.huggingface] = shape[::-1] if row.ours.endswith("/kernel") else shape
    model = hf_model(class_name, num_hidden_groups=2, inner_group_num=2)
    prefix = "albert." if class_name == "AlbertModel" else ""
    theirs = {prefix + name: tuple(t.shape) for name, t in model.state_dict().items()}
    for name in (*HF_BUFFERS, *HF_TIED):
        theirs.pop(name, None)
    assert ours == theirs


def test_names_and_shapes_are_google_s():
    heads = {"masked_tokens": {}, "sentence_order": {}}
    rows = rows_of({**BACKBONE, "pooler": True}, heads)
    ours = {}
    for row, sizes in rows:
        shape = tuple(sizes[letter] for letter in row.shape)
        ours[row.tf1] = shape[::-1] if row.tf1.endswith("output_weights") else shape
    peer = hf_model(num_hidden_groups=2, inner_group_num=2)
    assert ours == {name: value.shape for name, value in google_variables(peer).items()}


def test_a_name_stands_for_one_weight_in_every_column():
    rows = [*ALBERT.block_rows(BACKBONE), *HEADS["masked_tokens"], *HEADS["sentence_order"]]
    for column in ("tf1", "huggingface", "keras_hub"):
        names = Counter(getattr(row, column) for row in rows)
        names.pop(None, None)
        assert max(names.values()) == 1
    # Ours too, once query, key and value are told apart.
    assert max(Counter((row.ours, row.part) for row in rows).values()) == 1


def test_every_published_class_is_known():
    classes = {
        name
        for name in dir(transformers)
        if name.startswith("Albert") and (name == "AlbertModel" or "For" in name)
    }
    assert classes == set(HF_CLASSES)
