"""From path to path."""

import json

import keras
import numpy as np
import pytest

import keras_albert
from keras_albert.convert import open_checkpoint
from keras_albert.errors import InputError
from keras_albert.models.conversion import FORMATS, convert, describe
from tests.foreign import BERT_CLASSES, hf_model
from tests.models.presets.test_foreign_weights import compare

pytestmark = pytest.mark.once

LABELS = {0: "no", 1: "yes", 2: "maybe"}


def same(first, second):
    with open_checkpoint(first) as one, open_checkpoint(second) as two:
        assert set(one.names()) == set(two.names())
        for name in one.names():
            np.testing.assert_array_equal(one.read(name), two.read(name))
        assert one.heads == two.heads
        assert one.labels == two.labels


@pytest.mark.parametrize(
    "class_name",
    [
        "AlbertModel",
        "AlbertForPreTraining",
        "AlbertForMaskedLM",
        "AlbertForSequenceClassification",
        "AlbertForTokenClassification",
        "AlbertForQuestionAnswering",
        "AlbertForMultipleChoice",
        *BERT_CLASSES,
    ],
)
def test_to_a_preset_of_ours_and_back_bit_for_bit(class_name, tmp_path):
    options = {"id2label": LABELS} if class_name.endswith("Classification") else {}
    peer = hf_model(class_name, **options)
    peer.save_pretrained(tmp_path / "in")
    told = convert(tmp_path / "in", tmp_path / "ours", "keras")
    assert told["source"] == "huggingface" and told["notes"] == []
    convert(tmp_path / "ours", tmp_path / "out", "huggingface")
    same(tmp_path / "in", tmp_path / "out")
    if options:
        assert json.loads((tmp_path / "ours" / "labels.json").read_text()) == list(LABELS.values())
    described = describe(tmp_path / "ours")
    before = describe(tmp_path / "in")
    assert described["source"] == "keras"
    assert set(described["heads"]) == set(before["heads"])
    assert described["parameters"]["backbone"] == before["parameters"]["backbone"]
    assert sum(described["parameters"].values()) == sum(before["parameters"].values())


def test_from_hugging_face_to_kerashub_and_back(tmp_path):
    hf_model("AlbertForSequenceClassification").save_pretrained(tmp_path / "in")
    convert(tmp_path / "in", tmp_path / "hub", "keras-hub")
    convert(tmp_path / "hub", tmp_path / "out", "huggingface")
    with open_checkpoint(tmp_path / "in") as one, open_checkpoint(tmp_path / "out") as two:
        for name in one.names():
            np.testing.assert_array_equal(one.read(name), two.read(name))


def test_a_head_left_out(tmp_path):
    peer = hf_model()
    peer.save_pretrained(tmp_path / "in")
    told = convert(tmp_path / "in", tmp_path / "out", "keras", without=("sentence_order",))
    assert set(told["heads"]) == {"masked_tokens"}
    model = keras_albert.AlbertMaskedLM.from_preset(tmp_path / "out", preprocessor=None)
    assert isinstance(model, keras.Model)
    compare(model.backbone, peer.albert, "AlbertModel")


def test_mistakes_are_named(tmp_path):
    hf_model("AlbertModel").save_pretrained(tmp_path / "in")
    assert FORMATS == ("keras", "huggingface", "keras-hub")
    with pytest.raises(InputError, match="Did you mean 'keras-hub'"):
        convert(tmp_path / "in", tmp_path / "out", "kerashub")
    convert(tmp_path / "in", tmp_path / "ours", "keras")
    with pytest.raises(InputError, match="of this package already"):
        convert(tmp_path / "ours", tmp_path / "out", "keras")
    with pytest.raises(InputError, match="foreign files alone"):
        convert(tmp_path / "ours", tmp_path / "out", "huggingface", num_heads=2)
    for target in FORMATS:
        with pytest.raises(InputError, match="not empty"):
            convert(tmp_path / "in", tmp_path / "ours", target)
    with pytest.raises(InputError, match="no folder with weights"):
        describe("bert_base")
    assert not (tmp_path / "out").exists()


def test_the_shipped_preset_is_described():
    described = describe("albert_micro")
    assert set(described["heads"]) == {"masked_tokens", "sentence_order"}
    assert sum(described["parameters"].values()) > described["parameters"]["backbone"] > 400_000
    assert described["tokenizer"]["kind"] == "sentencepiece"


def test_every_class_has_a_form():
    """What a preset of this package can hold can be converted, or is a backbone."""
    from keras_albert.models.backbone import AlbertBackbone
    from keras_albert.models.conversion import _class_with
    from keras_albert.runtime.task_kinds import TASK_KINDS

    assert len(TASK_KINDS) == 9
    for kind in TASK_KINDS.values():
        expected = kind.model_class if kind.heads else AlbertBackbone
        assert _class_with(set(kind.heads)) is expected


def test_replacing_leaves_nothing_of_what_was_there(tmp_path):
    hf_model("AlbertForSequenceClassification", id2label=LABELS).save_pretrained(tmp_path / "in")
    convert(tmp_path / "in", tmp_path / "out", "keras")
    hf_model("AlbertModel").save_pretrained(tmp_path / "other")
    with pytest.raises(InputError, match="already exists"):
        convert(tmp_path / "other", tmp_path / "out", "keras")
    convert(tmp_path / "other", tmp_path / "out", "keras", replace=True)
    assert not describe(tmp_path / "out")["heads"]
    assert not (tmp_path / "out" / "labels.json").exists()
    (tmp_path / "out" / "config.json").write_text("{}")
    with pytest.raises(InputError, match="registered_name"):
        describe(tmp_path / "out")
