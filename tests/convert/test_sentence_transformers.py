"""sentence-transformers' folders: how vectors are made, read and written."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

import keras_albert
from keras_albert.convert.open_checkpoint import open_checkpoint
from keras_albert.convert.sentence_transformers import (
    SentenceVectors,
    read_sentence_vectors,
    transformer_folder,
    write_sentence_vectors,
)
from keras_albert.errors import InputError
from keras_albert.models.conversion import convert
from tests.foreign import hf_model

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "##b", "."]
TEXTS = ["a b c.", "ab", "c " * 30, "A c. B"]
TYPE = "sentence_transformers.models."


def write(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def modules(folder, *steps):
    entries = [
        {"idx": n, "name": str(n), "path": path, "type": TYPE + kind}
        for n, (kind, path) in enumerate(steps)
    ]
    write(folder / "modules.json", entries)


POOLING, NORMALIZE = ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("st")
    hf_model("BertModel", vocab_size=len(WORDS)).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    write(folder / "tokenizer_config.json", {"do_lower_case": True, "model_max_length": 40})
    modules(folder, ("Transformer", ""), POOLING, NORMALIZE)
    write(folder / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 12, "do_lower_case": False})
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return Path(shutil.copytree(saved, tmp_path / "in"))


def expected(folder, pooling, normalize, length):
    """As sentence-transformers' modules compute it."""
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))
    rows = tokenizer(TEXTS, padding=True, truncation=True, max_length=length, return_tensors="pt")
    model = transformers.BertModel.from_pretrained(folder, attn_implementation="eager").eval()
    with torch.no_grad():
        states = model(**rows).last_hidden_state
    mask = rows["attention_mask"][:, :, None].float()
    vectors = states[:, 0] if pooling == "cls" else (states * mask).sum(1) / mask.sum(1)
    return (torch.nn.functional.normalize(vectors, dim=1) if normalize else vectors).numpy()


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"embedding_dimension": 48, "pooling_mode": "cls"}, "cls"),
    ],
)
@pytest.mark.parametrize("normalize", [True, False])
def test_vectors_are_theirs(folder, config, pooling, normalize, tmp_path):
    write(folder / "1_Pooling" / "config.json", config)
    modules(folder, ("Transformer", ""), POOLING, *([NORMALIZE] if normalize else []))
    vectors = expected(folder, pooling, normalize, 12)
    model = keras_albert.AlbertTextEmbedder.from_preset(folder)
    assert (model.pooling, model.normalize) == (pooling, normalize)
    assert model.preprocessor.sequence_length == 12
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), vectors, atol=1e-5)
    # Through a preset of ours and back: what sentence-transformers reads is the same.
    assert convert(folder, tmp_path / "ours", "keras")["notes"] == []
    again = keras_albert.AlbertTextEmbedder.from_preset(tmp_path / "ours")
    np.testing.assert_array_equal(again.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0))
    convert(tmp_path / "ours", tmp_path / "out", "huggingface")
    assert read_sentence_vectors(tmp_path / "out") == SentenceVectors(pooling, normalize, 12)
    np.testing.assert_allclose(expected(tmp_path / "out", pooling, normalize, 12), vectors)


def test_a_network_in_a_folder_below(saved, tmp_path):
    """As sentence-transformers before 2.0 saved."""
    shutil.copytree(saved, tmp_path / "0_Transformer")
    modules(tmp_path, ("Transformer", "0_Transformer"), POOLING)
    write(tmp_path / "1_Pooling" / "config.json", {"pooling_mode_mean_tokens": True})
    assert transformer_folder(tmp_path) == tmp_path / "0_Transformer"
    model = keras_albert.AlbertTextEmbedder.from_preset(tmp_path)
    vectors = expected(saved, "mean", False, 12)
    np.testing.assert_allclose(model.predict(TEXTS, verbose=0), vectors, atol=1e-5)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}, "pools by max_tokens"),
        ("1_Pooling/config.json", {"pooling_mode": "lasttoken"}, "pools by lasttoken"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_max_tokens": True, "pooling_mode_mean_tokens": True},
            "pools by max_tokens and mean",
        ),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}, "prompt 'query'"),
        (
            "modules.json",
            [
                {"path": "", "type": f"{TYPE}Transformer"},
                {"path": "1_Pooling", "type": f"{TYPE}Pooling"},
                {"path": "2_Dense", "type": f"{TYPE}Dense"},
            ],
            "through Transformer, Pooling, Dense",
        ),
    ],
)
def test_what_is_not_done_is_said_and_the_network_read(folder, file, content, message, tmp_path):
    write(folder / file, content)
    with pytest.raises(InputError, match=message):
        keras_albert.AlbertTextEmbedder.from_preset(folder)
    assert keras_albert.AlbertBackbone.from_preset(folder).num_layers == 4
    with open_checkpoint(folder) as checkpoint:
        assert checkpoint.sentence_vectors.problem is not None
    assert message.split(" ")[-1] in convert(folder, tmp_path / "ours", "keras")["notes"][0]


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("modules.json", {}, "not a list of modules"),
        ("modules.json", [{"path": "../x", "type": "Transformer"}], "not a list of modules"),
        ("modules.json", [{"path": "/etc", "type": "Transformer"}], "not a list of modules"),
        ("modules.json", [{"path": "", "type": f"{TYPE}WordEmbeddings"}], "begins with WordEmb"),
        ("1_Pooling/config.json", {"word_embedding_dimension": 48}, "names no pooling"),
        ("1_Pooling/config.json", [], "not an object of settings"),
        ("sentence_bert_config.json", {"max_seq_length": "12"}, "max_seq_length='12'"),
    ],
)
def test_damaged_files(folder, file, content, message):
    write(folder / file, content)
    with pytest.raises(InputError, match=message):
        open_checkpoint(folder)


def test_a_pooling_that_is_missing(folder):
    shutil.rmtree(folder / "1_Pooling")
    with pytest.raises(InputError, match="is missing, which says how vectors are pooled"):
        open_checkpoint(folder)


def test_lengths_and_capitals(folder):
    write(folder / "sentence_bert_config.json", {"max_seq_length": None})
    assert read_sentence_vectors(folder).sequence_length == 40
    write(folder / "tokenizer_config.json", {"model_max_length": 10**30, "do_lower_case": False})
    assert read_sentence_vectors(folder).sequence_length is None
    write(folder / "sentence_bert_config.json", {"max_seq_length": 9, "do_lower_case": True})
    assert "lowers texts" in read_sentence_vectors(folder).problem
    assert read_sentence_vectors(folder / "1_Pooling") is None


def test_what_is_written_is_read(tmp_path):
    vectors = SentenceVectors("cls", False, 9)
    write_sentence_vectors(tmp_path, vectors, 48)
    assert read_sentence_vectors(tmp_path) == vectors
    assert not (tmp_path / "2_Normalize").exists()
