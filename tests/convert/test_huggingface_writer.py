"""transformers loads what is written, with no key missing and none unexpected."""

import json

import numpy as np
import pytest
import torch
import transformers

from keras_albert.convert.checkpoint import TokenizerFiles
from keras_albert.convert.huggingface import open_huggingface
from keras_albert.convert.huggingface_writer import write_huggingface
from keras_albert.convert.tf1 import open_tf1
from keras_albert.errors import InputError
from tests.foreign import BERT_CLASSES, HF_CLASSES, hf_model


@pytest.mark.parametrize("class_name", [*HF_CLASSES, *BERT_CLASSES])
def test_round_trips_are_bit_exact(hf_folders, class_name, tmp_path):
    with open_huggingface(hf_folders(class_name)) as checkpoint:
        assert write_huggingface(checkpoint, tmp_path / "out") == []
    loaded, report = getattr(transformers, class_name).from_pretrained(
        tmp_path / "out", output_loading_info=True
    )
    for what in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not report[what], report
    expected = hf_model(class_name).state_dict()
    found = loaded.state_dict()
    assert set(found) == set(expected)
    for name, tensor in expected.items():
        assert torch.equal(found[name], tensor), name


def test_a_google_checkpoint_goes_straight_to_transformers(tf1_saved, tmp_path):
    with open_tf1(tf1_saved) as checkpoint:
        write_huggingface(checkpoint, tmp_path / "out")
    found = transformers.AlbertForPreTraining.from_pretrained(tmp_path / "out")
    assert found.config.hidden_act == "gelu_new"
    for name, tensor in hf_model().state_dict().items():
        assert torch.equal(found.state_dict()[name], tensor), name


def test_settings_arrive(tmp_path):
    model = hf_model(
        "AlbertForSequenceClassification",
        id2label={0: "no", 1: "yes", 2: "maybe"},
        problem_type="multi_label_classification",
        classifier_dropout_prob=0.25,
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.2,
        layer_norm_eps=1e-6,
        hidden_act="relu",
    )
    model.save_pretrained(tmp_path / "in")
    with open_huggingface(tmp_path / "in") as checkpoint:
        write_huggingface(checkpoint, tmp_path / "out")
    written = transformers.AutoConfig.from_pretrained(tmp_path / "out").to_dict()
    # transformers leaves the labels' inverse out of a configuration made with id2label alone.
    left_out = {"_name_or_path", "transformers_version", "dtype", "label2id"}
    expected = {k: v for k, v in model.config.to_dict().items() if k not in left_out}
    assert {k: v for k, v in written.items() if k not in left_out} == expected


def test_the_identity_stands_for_no_projection(tmp_path):
    from tests.foreign import google_config, google_variables, hf_outputs, save_tf1
    from tests.peer import padded_batch

    peer = hf_model(embedding_size=48)
    with torch.no_grad():
        peer.albert.encoder.embedding_hidden_mapping_in.weight.copy_(torch.eye(48))
        peer.albert.encoder.embedding_hidden_mapping_in.bias.zero_()
    folder = save_tf1(google_variables(peer), google_config(peer, "gelu"), tmp_path / "in")
    with open_tf1(folder) as checkpoint:
        assert "embedding/embedding_projection/kernel" not in checkpoint.names()
        assert "identity" in write_huggingface(checkpoint, tmp_path / "out")[0]
    found = transformers.AlbertForPreTraining.from_pretrained(tmp_path / "out").eval()
    batch = padded_batch()
    for name, values in hf_outputs(peer, batch).items():
        np.testing.assert_allclose(hf_outputs(found, batch)[name], values, atol=1e-5)


def test_tokenizer_files_are_copied(hf_folder, tmp_path):
    (hf_folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\u4e2d\n")
    with open_huggingface(hf_folder) as checkpoint:
        assert isinstance(checkpoint.tokenizer, TokenizerFiles)
        write_huggingface(checkpoint, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert (config["bos_token_id"], config["eos_token_id"]) == (2, 3)
    loaded = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    assert loaded.convert_tokens_to_ids(loaded.tokenize("\u4e2d")) == [5]


def test_what_transformers_cannot_express(hf_folder, tmp_path):
    with open_huggingface(hf_folder) as checkpoint:
        with pytest.raises(InputError, match="heads sentence_order alone"):
            write_huggingface(checkpoint.without_head("masked_tokens"), tmp_path / "out")
        checkpoint.backbone["pooler"] = False
        with pytest.raises(InputError, match="has a pooler and this model has none"):
            write_huggingface(checkpoint, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_pooler_no_head_reads_is_left_out_and_said(hf_folder, tmp_path):
    with open_huggingface(hf_folder) as checkpoint:
        notes = write_huggingface(checkpoint.without_head("sentence_order"), tmp_path / "out")
    assert notes == ["The pooler is left out: AlbertForMaskedLM has none."]
    _, report = transformers.AlbertForMaskedLM.from_pretrained(
        tmp_path / "out", output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]


def test_nothing_is_left_when_a_weight_is_damaged(hf_folder, tmp_path):
    from tests.convert.test_huggingface import POOLER, resave

    resave(hf_folder, lambda t: t[POOLER].fill_(float("inf")))
    with open_huggingface(hf_folder) as checkpoint, pytest.raises(InputError, match="infinite"):
        write_huggingface(checkpoint, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hf"]
