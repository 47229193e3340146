"""Other implementations' files give what those implementations compute."""

import json
import shutil
import warnings

import keras
import keras_hub
import numpy as np
import pytest
import torch

import keras_albert
from keras_albert.convert import open_checkpoint
from keras_albert.errors import InputError
from keras_albert.models.presets.foreign_weights import from_checkpoint
from tests.foreign import (
    google_bert_config,
    google_bert_variables,
    google_config,
    google_variables,
    hf_model,
    hf_outputs,
    save_tf1,
    save_torch,
)
from tests.peer import padded_batch

NAMES = {
    "AlbertModel": "AlbertBackbone",
    "AlbertForPreTraining": "AlbertPretrainer",
    "AlbertForMaskedLM": "AlbertMaskedLM",
    "AlbertForSequenceClassification": "AlbertTextClassifier",
    "AlbertForTokenClassification": "AlbertTokenClassifier",
    "AlbertForQuestionAnswering": "AlbertQuestionAnswerer",
    "AlbertForMultipleChoice": "AlbertMultipleChoice",
}
BERT_NAMES = {
    **{name.replace("Albert", "Bert"): ours for name, ours in NAMES.items()},
    "BertForNextSentencePrediction": "AlbertSentenceOrderClassifier",
}


def batch_for(class_name):
    batch = padded_batch()
    if class_name.endswith("ForMultipleChoice"):
        return {k: np.stack([v, v[::-1]], axis=1) for k, v in batch.items() if "mask_p" not in k}
    if not class_name.endswith(("ForPreTraining", "ForMaskedLM")):
        batch.pop("mask_positions")
    return batch


def our_outputs(model, batch):
    """Under transformers' names."""
    outputs = keras.tree.map_structure(keras.ops.convert_to_numpy, model(batch))
    if not isinstance(outputs, dict):
        return {"logits": outputs}
    names = {
        "sequence_output": "last_hidden_state",
        "pooled_output": "pooler_output",
        "masked_tokens": "prediction_logits",
        "sentence_order": "sop_logits",
        "start": "start_logits",
        "end": "end_logits",
    }
    return {names[name]: value for name, value in outputs.items()}


def compare(model, peer, class_name, bound=1e-5, places=slice(None)):
    batch = {name: value[:, places] for name, value in batch_for(class_name).items()}
    theirs = hf_outputs(peer, batch)
    if "seq_relationship_logits" in theirs:
        theirs["sop_logits"] = theirs.pop("seq_relationship_logits")
    ours = our_outputs(model, batch)
    assert set(ours) <= set(theirs)
    for name, value in ours.items():
        expected = theirs[name]
        if "mask_positions" in batch and name in ("prediction_logits", "logits"):
            expected = np.take_along_axis(expected, batch["mask_positions"][:, :, None], axis=1)
        np.testing.assert_allclose(value.astype("float32"), expected, atol=bound)


@pytest.mark.parametrize("class_name", [*NAMES, *BERT_NAMES])
def test_every_class_of_transformers(class_name, tmp_path):
    overrides = {"num_labels": 3} if "Classification" in class_name else {}
    peer = hf_model(class_name, **overrides)
    peer.save_pretrained(tmp_path)
    name = (NAMES | BERT_NAMES)[class_name]
    model = getattr(keras_albert, name).from_preset(tmp_path)
    compare(model, peer, class_name)


def test_every_layer_of_bert(tmp_path):
    """Hidden states and attention; `layer_norm_eps` and three segment types are the file's."""
    peer = hf_model("BertModel", layer_norm_eps=1e-3, type_vocab_size=3, hidden_act="gelu_new")
    save_torch(peer, tmp_path, legacy=True)
    model = keras_albert.AlbertBackbone.from_preset(tmp_path)
    assert (model.sharing, model.embedding_dim, model.embedding_projection) == ("none", 48, False)
    batch = batch_for("BertModel")
    ours = model(batch, return_hidden_states=True, return_attention_scores=True)
    with torch.no_grad():
        theirs = peer(
            input_ids=torch.from_numpy(batch["token_ids"]).long(),
            token_type_ids=torch.from_numpy(batch["segment_ids"]).long(),
            attention_mask=torch.from_numpy(batch["padding_mask"]).long(),
            output_hidden_states=True,
            output_attentions=True,
        )
    for name, expected in (
        ("hidden_states", theirs.hidden_states),
        ("attention_scores", theirs.attentions),
    ):
        assert len(ours[name]) == len(expected)
        for found, value in zip(ours[name], expected, strict=True):
            np.testing.assert_allclose(keras.ops.convert_to_numpy(found), value.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"hidden_act": "gelu"},
        {"hidden_act": "relu"},
        {"num_hidden_groups": 2, "inner_group_num": 2},
        {"embedding_size": 48},
        {"layer_norm_eps": 1e-3, "type_vocab_size": 3},
    ],
    ids=str,
)
def test_what_the_configuration_says_is_computed(options, tmp_path):
    peer = hf_model(**options)
    save_torch(peer, tmp_path, legacy=True)
    compare(keras_albert.AlbertPretrainer.from_preset(tmp_path), peer, "AlbertForPreTraining")


# How the files lie does not depend on the backend.
@pytest.mark.parametrize(
    "layout", ["folder", *(pytest.param(x, marks=pytest.mark.once) for x in ("module", "archive"))]
)
def test_google_checkpoints(layout, tmp_path):
    """Google's gelu is transformers' gelu_new."""
    peer = hf_model(num_hidden_groups=2, inner_group_num=2, hidden_act="gelu_new")
    folder = save_tf1(
        google_variables(peer),
        google_config(peer, "gelu"),
        tmp_path / "albert_base",
        prefix="module/" if layout == "module" else "",
    )
    path = folder
    if layout == "archive":
        path = shutil.make_archive(str(tmp_path / "albert"), "gztar", tmp_path, "albert_base")
        shutil.rmtree(folder)
    compare(keras_albert.AlbertPretrainer.from_preset(path), peer, "AlbertForPreTraining")


def test_google_s_bert(tmp_path):
    peer = hf_model("BertForPreTraining", hidden_act="gelu_new")
    folder = save_tf1(
        google_bert_variables(peer),
        google_bert_config(peer),
        tmp_path,
        name="bert_model.ckpt",
        config_file="bert_config.json",
    )
    model = keras_albert.AlbertPretrainer.from_preset(folder)
    compare(model, peer, "BertForPreTraining")
    assert model.backbone.hidden_dropout == 0.1


def hub_bert():
    return keras_hub.models.BertBackbone(
        vocabulary_size=211,
        num_layers=3,
        num_heads=4,
        hidden_dim=48,
        intermediate_dim=96,
        max_sequence_length=40,
        dropout=0.1,
    )


@pytest.mark.parametrize("name", ["Backbone", "MaskedLM", "TextClassifier"])
def test_kerashub_s_bert(name, tmp_path):
    peer = hub_bert()
    if name == "MaskedLM":
        peer = keras_hub.models.BertMaskedLM(peer)
        peer.masked_lm_head._intermediate_layer_norm.epsilon = 1e-12
    elif name == "TextClassifier":
        peer = keras_hub.models.BertTextClassifier(peer, num_classes=3)
    scatter(peer)
    peer.save_to_preset(str(tmp_path))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*epsilon of 1e-5")
        model = getattr(keras_albert, f"Albert{name}").from_preset(tmp_path)
    batch = batch_for("AlbertForMaskedLM" if name == "MaskedLM" else "AlbertModel")
    ours, theirs = model(batch), peer(batch)
    for found, expected in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        bound = 1e-4 if name == "MaskedLM" else 1e-5
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(found), keras.ops.convert_to_numpy(expected), atol=bound
        )


def hub_backbone(**options):
    return keras_hub.models.AlbertBackbone(
        **{
            "vocabulary_size": 211,
            "num_layers": 4,
            "num_heads": 4,
            "embedding_dim": 24,
            "hidden_dim": 48,
            "intermediate_dim": 96,
            "num_groups": 2,
            "num_inner_repetitions": 2,
            "max_sequence_length": 40,
            "dropout": 0.1,
            **options,
        }
    )


def scatter(model):
    rng = np.random.default_rng(5)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.2, variable.shape))


def test_kerashub_backbone(tmp_path):
    peer = hub_backbone()
    scatter(peer)
    peer.save_to_preset(str(tmp_path))
    model = keras_albert.AlbertBackbone.from_preset(tmp_path)
    batch = batch_for("AlbertModel")
    ours, theirs = model(batch), peer(batch)
    for name in ("sequence_output", "pooled_output"):
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(ours[name]),
            keras.ops.convert_to_numpy(theirs[name]),
            atol=1e-5,
        )
    assert (model.hidden_dropout, model.attention_dropout) == (0.1, 0.1)


def test_kerashub_classifier(tmp_path):
    peer = keras_hub.models.AlbertTextClassifier(hub_backbone(), num_classes=3, dropout=0.3)
    scatter(peer)
    peer.save_to_preset(str(tmp_path))
    model = keras_albert.AlbertTextClassifier.from_preset(tmp_path)
    batch = batch_for("AlbertForSequenceClassification")
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(model(batch)), keras.ops.convert_to_numpy(peer(batch)), atol=1e-5
    )
    assert (model.num_classes, model.dropout) == (3, 0.3)


def test_kerashub_masked_lm(tmp_path):
    """With KerasHub's epsilon made ALBERT's, its own head gives the same logits."""
    peer = keras_hub.models.AlbertMaskedLM(hub_backbone())
    scatter(peer)
    peer.masked_lm_head._intermediate_layer_norm.epsilon = 1e-12
    peer.save_to_preset(str(tmp_path))
    with pytest.warns(UserWarning, match="epsilon of 1e-5"):
        model = keras_albert.AlbertMaskedLM.from_preset(tmp_path)
    batch = batch_for("AlbertForMaskedLM")
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(model(batch)), keras.ops.convert_to_numpy(peer(batch)), atol=1e-4
    )


def test_a_fresh_head_for_fine_tuning(tmp_path):
    hf_model("AlbertForPreTraining").save_pretrained(tmp_path)
    model = keras_albert.AlbertTextClassifier.from_preset(tmp_path, num_classes=5, dropout=0.2)
    assert (model.num_classes, model.dropout, model.backbone.hidden_dropout) == (5, 0.2, 0.0)
    tagger = keras_albert.AlbertTokenClassifier.from_preset(
        tmp_path, num_classes=2, hidden_dropout=0.3, dtype="mixed_bfloat16"
    )
    assert tagger.backbone.hidden_dropout == 0.3
    assert tagger.backbone.dtype_policy.name == "mixed_bfloat16"
    with pytest.raises(InputError, match="Pass num_classes"):
        keras_albert.AlbertTextClassifier.from_preset(tmp_path)


def test_what_the_file_lacks_is_named(tmp_path):
    hf_model("AlbertForMaskedLM").save_pretrained(tmp_path / "masked")
    with pytest.raises(InputError, match="no sentence-order weights.*AlbertMaskedLM"):
        keras_albert.AlbertPretrainer.from_preset(tmp_path / "masked")
    with pytest.warns(UserWarning, match="no pooler"):
        keras_albert.AlbertTextClassifier.from_preset(tmp_path / "masked", num_classes=2)
    hf_model("AlbertModel").save_pretrained(tmp_path / "bare")
    with pytest.raises(InputError, match="no masked-tokens weights"):
        keras_albert.AlbertMaskedLM.from_preset(tmp_path / "bare")


def test_another_number_of_classes_is_refused(tmp_path):
    hf_model("AlbertForSequenceClassification", num_labels=3).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="head of 3 classes"):
        keras_albert.AlbertTextClassifier.from_preset(tmp_path, num_classes=2)


def test_files_without_a_class_are_what_they_are_loaded_as(tmp_path):
    """As transformers 2.x left them."""
    peer = hf_model("AlbertForMultipleChoice")
    save_torch(peer, tmp_path, legacy=True)
    config = json.loads((tmp_path / "config.json").read_text())
    config.pop("architectures")
    (tmp_path / "config.json").write_text(json.dumps(config))
    model = keras_albert.AlbertMultipleChoice.from_preset(tmp_path)
    compare(model, peer, "AlbertForMultipleChoice")
    with pytest.warns(UserWarning, match="taken for a text classifier's"):
        keras_albert.AlbertBackbone.from_preset(tmp_path)


@pytest.mark.once
def test_heads_of_xlarge_can_be_chosen(tmp_path):
    sizes = {
        "vocab_size": 11,
        "hidden_size": 2048,
        "num_hidden_layers": 1,
        "intermediate_size": 8,
        "embedding_size": 4,
        "max_position_embeddings": 4,
    }
    hf_model("AlbertModel", **sizes, num_attention_heads=16).save_pretrained(tmp_path)
    with pytest.warns(UserWarning, match="num_heads=32"):
        assert keras_albert.AlbertBackbone.from_preset(tmp_path).num_heads == 16
    with warnings.catch_warnings(), open_checkpoint(tmp_path, num_heads=32) as checkpoint:
        assert from_checkpoint(keras_albert.AlbertBackbone, checkpoint).num_heads == 32


# The rounding of bfloat16 is 2**-8 of a value, that of float16 2**-11; LayerNorm keeps values near
# 1, and a layer adds a handful of roundings to each.
@pytest.mark.parametrize(("dtype", "bound"), [("mixed_bfloat16", 0.1), ("float16", 0.02)])
def test_short_floats_at_the_width_of_xxlarge(dtype, bound, tmp_path):
    peer = hf_model(
        "AlbertModel",
        vocab_size=211,
        embedding_size=128,
        hidden_size=4096,
        num_attention_heads=64,
        intermediate_size=512,
        num_hidden_layers=2,
        initializer_range=0.02,
    )
    peer.save_pretrained(tmp_path)
    model = keras_albert.AlbertBackbone.from_preset(tmp_path, dtype=dtype)
    # Few tokens, of both segments and of padding: processors without such numbers take a second
    # for each.
    compare(model, peer, "AlbertModel", bound, slice(7, 14, 2))


@pytest.mark.once
def test_the_tokenizer_comes_along(tmp_path):
    """A Chinese archive of Google: strings go in at once."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"\u4e2d\u6587\u6a21\u578b"]
    peer = hf_model(vocab_size=len(words))
    folder = save_tf1(google_variables(peer), google_config(peer, "relu"), tmp_path / "zh")
    (folder / "vocab_chinese.txt").write_text("\n".join(words) + "\n", "utf-8")
    path = shutil.make_archive(str(tmp_path / "albert_zh"), "gztar", tmp_path, "zh")
    model = keras_albert.AlbertTextClassifier.from_preset(path, num_classes=2)
    assert model.preprocessor.sequence_length == 40
    assert model.preprocessor.tokenizer.encode(["\u4e2d\u578b"])[0].tolist() == [5, 8]
    assert model.predict(["\u4e2d\u6587", "\u6a21"], verbose=0).shape == (2, 2)
    assert keras_albert.AlbertPretrainer.from_preset(path, preprocessor=None).preprocessor is None


def test_a_vocabulary_of_another_model_is_refused(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *map(chr, range(0x4E00, 0x4F00))]
    hf_model().save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n", "utf-8")
    with pytest.raises(InputError, match="do not belong together"):
        keras_albert.AlbertMaskedLM.from_preset(tmp_path)


def test_random_weights_of_the_same_shape(tmp_path):
    hf_model("AlbertModel").save_pretrained(tmp_path)
    model = keras_albert.AlbertBackbone.from_preset(tmp_path, load_weights=False, dropout=0.3)
    assert (model.hidden_dropout, model.attention_dropout) == (0.3, 0.3)
    loaded = keras_albert.AlbertBackbone.from_preset(tmp_path)
    ours, theirs = (m.pooler.kernel for m in (model, loaded))
    assert np.abs(keras.ops.convert_to_numpy(ours - theirs)).max() > 0
    with pytest.raises(InputError, match="Leave out the argument"):
        keras_albert.AlbertBackbone.from_preset(tmp_path, intermediate_dim=7)
