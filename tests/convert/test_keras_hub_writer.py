"""KerasHub loads what is written and computes the same."""

import keras_hub
import numpy as np
import pytest
from keras.ops import convert_to_numpy

from keras_albert.convert.huggingface import open_huggingface
from keras_albert.convert.keras_hub import open_keras_hub
from keras_albert.convert.keras_hub_writer import write_keras_hub
from keras_albert.convert.open_checkpoint import open_checkpoint
from keras_albert.errors import InputError
from tests.foreign import google_config, google_variables, hf_model, hf_outputs, save_tf1
from tests.peer import padded_batch


def same_weights(first, second):
    assert first.names() == second.names()
    for name in first.names():
        np.testing.assert_array_equal(first.read(name), second.read(name))


def test_a_backbone(tmp_path):
    peer = hf_model("AlbertModel", num_hidden_groups=2, inner_group_num=2)
    peer.save_pretrained(tmp_path / "in")
    with open_huggingface(tmp_path / "in") as checkpoint:
        assert write_keras_hub(checkpoint, tmp_path / "out") == []
        with open_keras_hub(tmp_path / "out") as again:
            same_weights(checkpoint, again)
    model = keras_hub.models.AlbertBackbone.from_preset(str(tmp_path / "out"))
    batch = padded_batch()
    batch.pop("mask_positions")
    theirs = hf_outputs(peer, batch)
    ours = model(batch)
    np.testing.assert_allclose(
        convert_to_numpy(ours["sequence_output"]), theirs["last_hidden_state"], atol=1e-5
    )
    np.testing.assert_allclose(
        convert_to_numpy(ours["pooled_output"]), theirs["pooler_output"], atol=1e-5
    )


def test_a_classifier(tmp_path):
    peer = hf_model("AlbertForSequenceClassification", num_labels=3)
    peer.save_pretrained(tmp_path / "in")
    with open_huggingface(tmp_path / "in") as checkpoint:
        write_keras_hub(checkpoint, tmp_path / "out")
        with open_keras_hub(tmp_path / "out") as again:
            same_weights(checkpoint, again)
    model = keras_hub.models.AlbertTextClassifier.from_preset(str(tmp_path / "out"))
    batch = padded_batch()
    batch.pop("mask_positions")
    np.testing.assert_allclose(
        convert_to_numpy(model(batch)), hf_outputs(peer, batch)["logits"], atol=1e-5
    )


def test_a_masked_language_model(hf_folder, tmp_path):
    with open_huggingface(hf_folder) as checkpoint:
        part = checkpoint.without_head("sentence_order")
        assert "epsilon" in write_keras_hub(part, tmp_path / "out")[0]
        with open_checkpoint(tmp_path / "out") as again:
            same_weights(part, again)
    model = keras_hub.models.AlbertMaskedLM.from_preset(str(tmp_path / "out"))
    model.masked_lm_head._intermediate_layer_norm.epsilon = 1e-12
    batch = padded_batch()
    expected = hf_outputs(hf_model(), {k: v for k, v in batch.items() if k != "mask_positions"})
    expected = np.take_along_axis(
        expected["prediction_logits"], batch["mask_positions"][:, :, None], axis=1
    )
    np.testing.assert_allclose(convert_to_numpy(model(batch)), expected, atol=1e-5)


def test_the_identity_stands_for_no_projection(tmp_path):
    peer = hf_model(embedding_size=48)
    variables = {k: v for k, v in google_variables(peer).items() if not k.startswith("cls/")}
    save_tf1(variables, google_config(peer, "gelu"), tmp_path / "in")
    with open_checkpoint(tmp_path / "in") as checkpoint:
        assert "identity" in write_keras_hub(checkpoint, tmp_path / "out")[0]
    model = keras_hub.models.AlbertBackbone.from_preset(str(tmp_path / "out"))
    np.testing.assert_array_equal(model.embeddings_projection.kernel.numpy(), np.eye(48))


def test_the_tokenizer_goes_with_its_normalisation(hf_folder, tmp_path):
    from keras_albert.text import train_vocabulary

    train_vocabulary(["a few short words to learn from"] * 30, tmp_path / "V", size=30)
    (tmp_path / "V" / "spiece.model").rename(hf_folder / "spiece.model")
    with open_huggingface(hf_folder) as checkpoint:
        write_keras_hub(checkpoint.without_head("sentence_order"), tmp_path / "out")
    tokenizer = keras_hub.models.AlbertTokenizer.from_preset(str(tmp_path / "out"))
    assert list(tokenizer("F\u00c9W")) == list(tokenizer("few"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"activation": "relu"}, "'relu'"),
        ({"activation": "gelu"}, "'gelu'"),
        ({"layer_norm_epsilon": 1e-6}, "1e-06"),
        ({"hidden_dropout": 0.5}, "one dropout"),
        ({"pooler": False}, "always has a pooler"),
        ({}, "leave one out"),
    ],
)
def test_what_kerashub_cannot_express(hf_folder, tmp_path, changes, message):
    with open_huggingface(hf_folder) as checkpoint:
        checkpoint.backbone.update(changes)
        with pytest.raises(InputError, match=f"KerasHub cannot express.*{message}"):
            write_keras_hub(checkpoint, tmp_path / "out")
    assert not (tmp_path / "out").exists()
