"""Settings, against transformers' own configuration and with every kind of mistake."""

import pytest
import transformers

from keras_albert.convert.configurations import backbone_arguments, config_for_huggingface
from keras_albert.errors import InputError
from keras_albert.layers.activations import ACTIVATIONS
from tests.foreign import SIZES, google_config, hf_model

# config.json of albert-base-v1 as transformers 2.x wrote it (keys; small sizes).
OLD = {
    "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 2,
    "classifier_dropout_prob": 0.1,
    "down_scale_factor": 1,
    "embedding_size": 24,
    "eos_token_id": 3,
    "finetuning_task": None,
    "gap_size": 0,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.2,
    "hidden_size": 48,
    "id2label": {"0": "LABEL_0", "1": "LABEL_1"},
    "initializer_range": 0.02,
    "inner_group_num": 1,
    "intermediate_size": 96,
    "is_decoder": False,
    "label2id": {"LABEL_0": 0, "LABEL_1": 1},
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "model_type": "albert",
    "net_structure_type": 0,
    "num_attention_heads": 12,
    "num_hidden_groups": 1,
    "num_hidden_layers": 12,
    "num_labels": 2,
    "num_memory_blocks": 0,
    "output_attentions": False,
    "output_hidden_states": False,
    "output_past": True,
    "pad_token_id": 0,
    "pruned_heads": {},
    "torchscript": False,
    "type_vocab_size": 2,
    "use_bfloat16": False,
    "vocab_size": 30000,
}


def read(config, source="huggingface"):
    return backbone_arguments(config, "config.json", source)[0]


def test_what_transformers_2_wrote_of_sampling_is_passed_over():
    assert read({**OLD, "eos_token_ids": 0, "do_sample": False}) == read(OLD)


def test_an_old_file():
    arguments = read(OLD)
    assert arguments["activation"] == "gelu"
    assert (arguments["hidden_dropout"], arguments["attention_dropout"]) == (0.2, 0.1)
    assert arguments["embedding_projection"] is True


def test_what_transformers_writes_today_is_read():
    written = transformers.AlbertConfig(**SIZES).to_dict()
    arguments = read({k: v for k, v in written.items() if v is not None})
    assert arguments["hidden_dim"] == SIZES["hidden_size"]
    assert arguments["activation"] == "gelu_new"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_there_and_back(activation):
    arguments = {**read(OLD), "activation": activation}
    assert (
        ACTIVATIONS[read(config_for_huggingface(arguments))["activation"]]
        is (ACTIVATIONS[activation])
    )
    same = {k: v for k, v in arguments.items() if k != "activation"}
    again = read(config_for_huggingface(arguments))
    assert {k: v for k, v in again.items() if k != "activation"} == same


def test_google_s_gelu_is_the_tanh_approximation():
    config = google_config(hf_model(), "gelu")
    assert read(config, "tf1")["activation"] == "gelu_tanh"
    assert read({**config, "hidden_act": "relu", "ln_type": "postln"}, "tf1")["activation"] == (
        "relu"
    )
    assert "embedding_projection" not in read(config, "tf1")


# What public configurations carry beside the network's sizes: TF-Hub's xxlarge and copies of a
# Chinese base (layers_to_keep), brightmart/albert_zh's base (BERT's pooler),
# pohanchi/huggingface_albert (a training's settings in an albert_config.json), readme files of
# models that transformers 4 saved; and what its configurations of other years have.
FOUND = {
    "layers_to_keep": [],
    "directionality": "bidi",
    "pooler_fc_size": 768,
    "pooler_num_attention_heads": 12,
    "pooler_num_fc_layers": 3,
    "pooler_size_per_head": 128,
    "pooler_type": "first_token_transform",
    "layer_norm_eps": 1e-12,
    "num_labels": 2,
    "batch_size": 4,
    "_name_or_path": "albert-large-v1",
    "_num_labels": 2,
    "architectures": ["AlbertForQuestionAnswering"],
    "classifier_dropout_prob": 0.1,
    "gradient_checkpointing": False,
    "position_embedding_type": "absolute",
    "torch_dtype": "float32",
    "torchscript": True,
    "transformers_version": "4.12.2",
    "quantization_config": None,
    "auto_map": {},
    "adapters": None,
    "custom_masked_sequence": False,
    "custom_pipelines": {},
    "multi_inputs": [],
    "revision": "",
}


@pytest.mark.parametrize("source", ["huggingface", "tf1"])
@pytest.mark.parametrize("key", FOUND)
def test_what_public_configurations_carry_is_passed_over(key, source):
    assert read({**OLD, key: FOUND[key]}, source) == read(OLD, source)


def test_every_setting_that_transformers_has_by_default_is_passed_over():
    """Of any model, and of text generation, which older versions wrote into config.json."""
    import transformers

    for settings in (transformers.PretrainedConfig(), transformers.GenerationConfig()):
        others = {k: v for k, v in settings.to_dict().items() if k not in ("model_type", "dtype")}
        assert len(others) > 10 and read({**OLD, **others}) == read(OLD)


@pytest.mark.parametrize("source", ["huggingface", "tf1"])
@pytest.mark.parametrize(
    "setting",
    [
        {"layers_to_keep": [0, 5]},
        {"quantization_config": {"bits": 4}},
        {"auto_map": {"AutoModel": "modeling.Mine"}},
        {"custom_masked_sequence": True},
        {"multi_inputs": [10, 10]},
        {"rotary": "yes"},
        {"window": 0},
    ],
)
def test_a_setting_that_says_something_is_refused(setting, source):
    with pytest.raises(InputError, match=f"settings that ALBERT does not: {next(iter(setting))}"):
        read({**OLD, **setting}, source)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_act": "geru"}, "Did you mean 'relu'|expected one of"),
        ({"hidden_act": None}, "expected one of"),
        ({"rotary": True}, "settings that ALBERT does not: rotary"),
        ({"position_embedding_type": "relative_key"}, "only 'absolute'"),
        ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
        ({"net_structure_type": 1}, "net_structure_type"),
        ({"is_decoder": True}, "is_decoder"),
        ({"hidden_size": "48"}, "hidden_size='48'"),
        ({"hidden_size": 0}, "hidden_size=0"),
        ({"hidden_size": True}, "hidden_size=True"),
        ({"hidden_size": 10**400}, "hidden_size=a number of 1329 bits"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers=10"),
        ({"hidden_dropout_prob": 1}, "hidden_dropout_prob=1; expected a number from 0 to below 1"),
        ({"hidden_size": 50}, "cannot be split into 12 heads"),
        ({"layer_norm_eps": float("nan")}, "layer_norm_eps"),
        ({"num_hidden_groups": 13}, "13 groups"),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(InputError, match=message):
        read({**OLD, **change})


def test_pre_normalisation_is_refused():
    config = {**google_config(hf_model(), "gelu"), "ln_type": "preln"}
    with pytest.raises(InputError, match="ln_type='preln'"):
        read(config, "tf1")


@pytest.mark.parametrize("name", ["vocab_size", "hidden_act", "num_attention_heads"])
def test_nothing_is_assumed(name):
    with pytest.raises(InputError, match=f"lacks {name}"):
        read({k: v for k, v in OLD.items() if k != name})
    with pytest.raises(InputError, match="JSON object"):
        read([1])


@pytest.mark.parametrize("heads", [16, 32])
def test_the_heads_of_xlarge_are_doubted(heads):
    config = {**OLD, "hidden_size": 2048, "num_attention_heads": heads}
    _, warnings = backbone_arguments(config, "config.json", "huggingface")
    assert len(warnings) == 1 and f"num_heads={48 - heads}" in warnings[0]
    assert backbone_arguments(OLD, "config.json", "huggingface")[1] == []


def test_groups_that_transformers_rounds_otherwise():
    layers, groups = next(
        (n, g)
        for n in range(1, 100)
        for g in range(1, n + 1)
        if [int(i / (n / g)) for i in range(n)] != [i * g // n for i in range(n)]
    )
    config = {**OLD, "num_hidden_layers": layers, "num_hidden_groups": groups}
    arguments, warnings = backbone_arguments(config, "config.json", "huggingface")
    assert "rounds" in warnings[0]
    with pytest.raises(InputError, match="cannot express"):
        config_for_huggingface(arguments)
