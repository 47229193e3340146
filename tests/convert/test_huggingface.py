"""Folders of transformers, of several ages, whole and damaged."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from keras_albert.convert.huggingface import open_huggingface
from keras_albert.convert.name_tables import HF_CLASSES
from keras_albert.convert.networks import BERT
from keras_albert.errors import InputError
from tests.foreign import BERT_CLASSES, hf_model, save_torch
from tests.foreign import HF_CLASSES as CLASSES


def values(folder, **options):
    with open_huggingface(folder, **options) as checkpoint:
        return {name: checkpoint.read(name) for name in checkpoint.names()}


def same(first, second):
    assert set(first) == set(second)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


@pytest.mark.parametrize("class_name", [*CLASSES, *BERT_CLASSES])
def test_heads_and_pooler_are_those_of_the_class(hf_folders, class_name):
    with open_huggingface(hf_folders(class_name)) as checkpoint:
        heads, pooler = (HF_CLASSES | BERT.hf_classes)[class_name]
        assert set(checkpoint.heads) == set(heads)
        assert checkpoint.backbone["pooler"] is pooler
        assert checkpoint.warnings == []


@pytest.mark.parametrize("legacy", [True, False])
@pytest.mark.parametrize("class_name", [*CLASSES, *BERT_CLASSES])
def test_pytorch_files_hold_the_same(hf_folders, class_name, legacy, tmp_path):
    """With the tied decoder, which safetensors files of today leave out."""
    save_torch(hf_model(class_name), tmp_path, legacy=legacy)
    same(values(tmp_path), values(hf_folders(class_name)))


def test_shards(hf_folders, tmp_path):
    model = hf_model()
    model.save_pretrained(tmp_path / "safe", max_shard_size="30KB")
    assert len(list((tmp_path / "safe").glob("*.safetensors"))) > 2
    expected = values(hf_folders("AlbertForPreTraining"))
    same(values(tmp_path / "safe"), expected)
    # The same in .bin files.
    (tmp_path / "bin").mkdir()
    index = json.loads((tmp_path / "safe" / "model.safetensors.index.json").read_text())
    places = {k: v.replace("safetensors", "bin") for k, v in index["weight_map"].items()}
    for name in set(places.values()):
        state = {k: model.state_dict()[k].clone() for k, place in places.items() if place == name}
        torch.save(state, tmp_path / "bin" / name)
    (tmp_path / "bin" / "pytorch_model.bin.index.json").write_text(
        json.dumps({"weight_map": places})
    )
    (tmp_path / "bin" / "config.json").write_bytes((tmp_path / "safe" / "config.json").read_bytes())
    same(values(tmp_path / "bin"), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: {}, "no weight_map"),
        (lambda m: {k: "../" + v for k, v in m.items()}, "not a file beside it"),
        (lambda m: {k: "/etc/passwd" for k in m}, "not a file beside it"),
        (lambda m: {k: "other.safetensors" for k in m}, "which is missing"),
        (lambda m: {**m, "x": next(iter(m.values()))}, "differ over x"),
    ],
)
def test_damaged_indexes(tmp_path, change, message):
    hf_model("AlbertModel").save_pretrained(tmp_path, max_shard_size="30KB")
    file = tmp_path / "model.safetensors.index.json"
    index = json.loads(file.read_text())
    file.write_text(json.dumps({"weight_map": change(index["weight_map"])}))
    with pytest.raises(InputError, match=message):
        open_huggingface(tmp_path)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_short_floats_are_widened(tmp_path, dtype):
    model = hf_model().to(dtype)
    model.save_pretrained(tmp_path)
    found = values(tmp_path)["pooler/kernel"]
    np.testing.assert_array_equal(found, model.albert.pooler.weight.detach().float().numpy().T)


def resave(folder, change):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


WORD = "albert.embeddings.word_embeddings.weight"
POOLER = "albert.pooler.weight"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.pop(WORD), f"lacks 1 weights.*{WORD}"),
        (lambda t: t.pop(POOLER), f"lacks 1 weights.*{POOLER}"),
        (lambda t: t.update(extra=torch.zeros(2)), "no part of the model.*extra"),
        (lambda t: t.update({WORD: t[WORD].T}), r"\(24, 211\), expected \(211, 24\)"),
        (lambda t: t.update({POOLER: t[POOLER].double()}), "is float64"),
        (lambda t: t.update({POOLER: t[POOLER].int()}), "is int32"),
        (lambda t: t.update({"predictions.decoder.bias": torch.ones(211)}), "differs from"),
        (
            lambda t: t.update({"predictions.decoder.weight": t[WORD] + 1}),
            "one set of weights for both",
        ),
    ],
)
def test_what_does_not_fit_is_listed(hf_folder, change, message):
    resave(hf_folder, change)
    with pytest.raises(InputError, match=message) as caught:
        open_huggingface(hf_folder)
    assert "\n" not in str(caught.value)


def test_a_nan_is_found_when_it_is_read(hf_folder):
    def change(tensors):
        tensors[POOLER][3, 4] = float("nan")

    resave(hf_folder, change)
    with open_huggingface(hf_folder) as checkpoint, pytest.raises(InputError, match="NaN"):
        checkpoint.read("pooler/kernel")


def test_buffers_and_the_tied_decoder_are_no_weights(hf_folder):
    expected = values(hf_folder)

    def change(tensors):
        tensors["albert.embeddings.position_ids"] = torch.arange(40)[None]
        tensors["albert.embeddings.token_type_ids"] = torch.zeros(1, 40).long()
        tensors["predictions.decoder.weight"] = tensors[WORD].clone()
        # A file of shared tensors keeps only one of two names.
        tensors["predictions.decoder.bias"] = tensors.pop("predictions.bias")

    resave(hf_folder, change)
    same(values(hf_folder), expected)


def test_an_old_bert(hf_folders, tmp_path):
    """As bert-base-uncased is published: buffers, TensorFlow's names, the tied bias once."""
    shutil.copytree(hf_folders("BertForPreTraining"), tmp_path, dirs_exist_ok=True)
    expected = values(tmp_path)

    def change(tensors):
        for name in list(tensors):
            for new, old in (("LayerNorm.weight", "gamma"), ("LayerNorm.bias", "beta")):
                if name.endswith(new):
                    tensors[f"{name.rpartition('.')[0]}.{old}"] = tensors.pop(name)
        tensors["bert.embeddings.position_ids"] = torch.arange(40)[None]
        word = tensors["bert.embeddings.word_embeddings.weight"]
        tensors["cls.predictions.decoder.weight"] = word.clone()

    resave(tmp_path, change)
    edit(tmp_path, gradient_checkpointing=False, classifier_dropout=None)
    same(values(tmp_path), expected)

    def untie(tensors):
        tensors["cls.predictions.decoder.weight"] += 1

    resave(tmp_path, untie)
    with pytest.raises(InputError, match="BERT uses one set of weights"):
        open_huggingface(tmp_path)


def test_a_bert_that_decodes_is_refused(hf_folders, tmp_path):
    shutil.copytree(hf_folders("BertModel"), tmp_path, dirs_exist_ok=True)
    edit(tmp_path, is_decoder=True)
    with pytest.raises(InputError, match="is_decoder=True; only False is BERT as published"):
        open_huggingface(tmp_path)


def edit(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    config.update(changes)
    config = {k: v for k, v in config.items() if v is not None}
    (folder / "config.json").write_text(json.dumps(config))


def test_labels_and_problem(tmp_path):
    names = {0: "no", 1: "yes", 2: "maybe"}
    hf_model("AlbertForSequenceClassification", id2label=names).save_pretrained(tmp_path)
    with open_huggingface(tmp_path) as checkpoint:
        assert checkpoint.labels == ["no", "yes", "maybe"]
        assert checkpoint.heads["classifier"] == {
            "num_classes": 3,
            "problem": "single_label",
            "dropout": 0.1,
        }
    edit(tmp_path, problem_type="multi_label_classification")
    with open_huggingface(tmp_path) as checkpoint:
        assert checkpoint.heads["classifier"]["problem"] == "multi_label"
    edit(tmp_path, problem_type="other")
    with pytest.raises(InputError, match="problem_type='other'"):
        open_huggingface(tmp_path)
    edit(tmp_path, problem_type=None, id2label={"0": "no"})
    with pytest.raises(InputError, match="1 labels and the classifier has 3"):
        open_huggingface(tmp_path)


def test_which_classifier_it_is(tmp_path):
    """By the class; without one, by what the caller says; else by the pooler."""
    for class_name, head, other in (
        ("AlbertForMultipleChoice", "multiple_choice", "classifier"),
        ("AlbertForTokenClassification", "token_classifier", "token_classifier"),
    ):
        folder = tmp_path / class_name
        hf_model(class_name).save_pretrained(folder)
        with open_huggingface(folder, head="classifier") as checkpoint:
            assert list(checkpoint.heads) == [head]
        edit(folder, architectures=None, id2label=None)
        with open_huggingface(folder, head=head) as checkpoint:
            assert list(checkpoint.heads) == [head] and not checkpoint.warnings
        with open_huggingface(folder) as checkpoint:
            assert list(checkpoint.heads) == [other]
            assert bool(checkpoint.warnings) == (other != head)


def test_without_weights(tmp_path, hf_folder):
    (hf_folder / "model.safetensors").rename(hf_folder / "tf_model.h5")
    with pytest.raises(InputError, match=r"no weights this package reads.*tf_model\.h5"):
        open_huggingface(hf_folder)


def test_another_number_of_heads(hf_folder):
    with open_huggingface(hf_folder, num_heads=8) as checkpoint:
        assert checkpoint.backbone["num_heads"] == 8
    with pytest.raises(InputError, match="7 heads"):
        open_huggingface(hf_folder, num_heads=7)
