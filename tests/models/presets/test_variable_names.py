"""Our models as checkpoints, which transformers loads and computes alike."""

import numpy as np
import pytest
import transformers

import keras_albert
from keras_albert.convert import write_huggingface
from keras_albert.errors import InputError
from keras_albert.models.presets.variable_names import (
    backbone_variables,
    head_variables,
    heads_of,
    is_quantized,
    model_checkpoint,
)
from keras_albert.runtime.task_kinds import TASK_KINDS
from tests.models.presets.test_foreign_weights import batch_for, compare

CLASSES = {
    "AlbertPretrainer": ("AlbertForPreTraining", {}),
    "AlbertMaskedLM": ("AlbertForMaskedLM", {}),
    "AlbertTextClassifier": ("AlbertForSequenceClassification", {"num_classes": 3}),
    "AlbertTokenClassifier": ("AlbertForTokenClassification", {"num_classes": 3}),
    "AlbertQuestionAnswerer": ("AlbertForQuestionAnswering", {}),
    "AlbertMultipleChoice": ("AlbertForMultipleChoice", {}),
}
# transformers has no class for these.
OURS_ALONE = {"AlbertJointQuestionAnswerer": {}, "AlbertSentenceOrderClassifier": {}}


def backbone(**options):
    sizes = {
        "vocabulary_size": 211,
        "num_layers": 3,
        "num_heads": 4,
        "embedding_dim": 24,
        "hidden_dim": 48,
        "intermediate_dim": 96,
        "max_sequence_length": 40,
        "initializer_range": 0.2,
    }
    return keras_albert.AlbertBackbone(**{**sizes, **options})


def scatter(model):
    rng = np.random.default_rng(3)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.2, variable.shape))


@pytest.mark.parametrize("name", CLASSES)
def test_transformers_computes_what_our_model_does(name, tmp_path):
    class_name, options = CLASSES[name]
    model = getattr(keras_albert, name)(backbone(), **options)
    scatter(model)
    write_huggingface(model_checkpoint(model), tmp_path / "out")
    peer, report = getattr(transformers, class_name).from_pretrained(
        tmp_path / "out", output_loading_info=True, attn_implementation="eager"
    )
    assert not report["missing_keys"] and not report["unexpected_keys"]
    compare(model, peer.eval(), class_name)


@pytest.mark.parametrize("name", [*CLASSES, *OURS_ALONE])
def test_every_variable_has_a_name(name):
    options = CLASSES[name][1] if name in CLASSES else OURS_ALONE[name]
    model = getattr(keras_albert, name)(backbone(), **options)
    named = {**backbone_variables(model.backbone), **head_variables(model)}
    # A task that does not read the pooler does not train it; it has a name all the same.
    trainable = [*model.trainable_variables, *model.backbone.trainable_variables]
    assert {id(v) for v in named.values()} == {id(v) for v in trainable}
    assert set(heads_of(type(model))) == {n.split("/")[0] for n in head_variables(model)}


def test_every_head_is_among_these():
    classes = {kind.model_class.__name__ for kind in TASK_KINDS.values() if kind.heads}
    assert classes == set(CLASSES) | set(OURS_ALONE)


def test_the_joint_head_has_no_place_in_transformers(tmp_path):
    model = keras_albert.AlbertJointQuestionAnswerer(backbone())
    with pytest.raises(InputError):
        write_huggingface(model_checkpoint(model), tmp_path / "out")


def test_unshared_layers_become_groups(tmp_path):
    model = backbone(sharing="none")
    scatter(model)
    checkpoint = model_checkpoint(model)
    assert checkpoint.backbone["num_groups"] == 3
    write_huggingface(checkpoint, tmp_path / "out")
    peer = transformers.AlbertModel.from_pretrained(tmp_path / "out").eval()
    compare(model, peer, "AlbertModel")


@pytest.mark.once
def test_what_cannot_be_converted():
    with pytest.raises(InputError, match="sharing='attention'"):
        model_checkpoint(backbone(sharing="attention"))
    assert not any(is_quantized(layer) for layer in backbone()._flatten_layers())
    quantized = backbone()
    quantized.quantize("int8")
    with pytest.raises(InputError, match="quantized"):
        model_checkpoint(quantized)


def test_short_floats_are_widened():
    model = backbone(dtype="bfloat16")
    checkpoint = model_checkpoint(model)
    assert all(checkpoint.read(name).dtype == np.float32 for name in checkpoint.names())
    assert set(batch_for("AlbertModel")) == set(model.input)


def test_a_quantized_head_alone_is_refused():
    task = keras_albert.AlbertTextClassifier(backbone(), num_classes=2)
    task.quantize("int8", filters="^scores$")
    assert not any(map(is_quantized, task.backbone._flatten_layers()))
    with pytest.raises(InputError, match="quantized"):
        model_checkpoint(task)
