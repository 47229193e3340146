"""Configurations of other implementations as `AlbertBackbone`'s arguments, and back."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from keras_albert.convert.networks import ALBERT, BERT, Network
from keras_albert.errors import InputError, suggest

# transformers' names of activations (its `ACT2FN`) for ours.
HF_ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_new",
    "gelu_fast": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}
# google-research/albert `modeling.get_activation`, whose gelu is the tanh approximation.
TF1_ACTIVATIONS = {"gelu": "gelu_tanh", "relu": "relu", "tanh": "tanh"}
# What transformers is told for ours.
ACTIVATIONS_FOR_HF = {
    "gelu": "gelu",
    "gelu_new": "gelu_new",
    "gelu_tanh": "gelu_new",
    "relu": "relu",
    "silu": "silu",
    "tanh": "tanh",
}


class Setting(NamedTuple):
    """One setting of the network.

    Attributes:
        ours: the argument of `AlbertBackbone`.
        theirs: its name in transformers' and Google's JSON files.
        default: what both mean where it is absent; None: it must be there.
    """

    ours: str
    theirs: str
    default: int | float | None = None


# huggingface/transformers `AlbertConfig`; google-research/albert `modeling.AlbertConfig`.
SETTINGS = (
    Setting("vocabulary_size", "vocab_size"),
    Setting("embedding_dim", "embedding_size"),
    Setting("hidden_dim", "hidden_size"),
    Setting("num_layers", "num_hidden_layers"),
    Setting("num_heads", "num_attention_heads"),
    Setting("intermediate_dim", "intermediate_size"),
    Setting("num_groups", "num_hidden_groups", 1),
    Setting("num_inner_repetitions", "inner_group_num", 1),
    Setting("max_sequence_length", "max_position_embeddings", 512),
    Setting("num_segments", "type_vocab_size", 2),
    Setting("hidden_dropout", "hidden_dropout_prob", 0.0),
    Setting("attention_dropout", "attention_probs_dropout_prob", 0.0),
    Setting("initializer_range", "initializer_range", 0.02),
    Setting("layer_norm_epsilon", "layer_norm_eps", 1e-12),
)
# huggingface/transformers `BertConfig`; google-research/bert `modeling.BertConfig`. BERT has one
# width for embeddings and layers, and nothing is shared.
_BERT_HAS_NOT = ("embedding_dim", "num_groups", "num_inner_repetitions")
_DROPOUTS = ("hidden_dropout", "attention_dropout")
BERT_SETTINGS = tuple(
    setting._replace(default=0.1) if setting.ours in _DROPOUTS else setting
    for setting in SETTINGS
    if setting.ours not in _BERT_HAS_NOT
)
# Above every size that can be stored, and few enough layers to be listed.
_MOST = 1 << 24
_WHOLE = {setting.ours for setting in SETTINGS[:10]}

# Keys of Google's and CLUE's JSON that its code writes and never reads, and those that must have
# one value: anything else would be another network.
_UNREAD = {"down_scale_factor", "gap_size", "num_memory_blocks"}
_ONLY = {
    "net_structure_type": (0,),
    "ln_type": ("postln",),
    "position_embedding_type": ("absolute",),
    "pruned_heads": ({}, None),
    "is_decoder": (False,),
    "add_cross_attention": (False,),
    "is_encoder_decoder": (False,),
    "use_bfloat16": (False,),
}
# Keys of transformers' files, 2.x to 5.x, that say how to call or to train the model, not what it
# computes; people's copies of Google's files have them, too, and a few of their own programs. Keys
# that begin with "_" or "output_" are such too.
_NOT_OF_THE_NETWORK = {
    "architectures",
    "attn_implementation",
    "bad_words_ids",
    "batch_size",
    "begin_suppress_tokens",
    "bos_token_id",
    "chunk_size_feed_forward",
    "classifier_dropout",
    "classifier_dropout_prob",
    "cross_attention_hidden_size",
    "decoder_start_token_id",
    "directionality",
    "diversity_penalty",
    "do_lower_case",
    "do_sample",
    "dtype",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "eos_token_ids",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_decoder_ids",
    "forced_eos_token_id",
    "gradient_checkpointing",
    "id2label",
    "label2id",
    "label_names",
    "language",
    "learning_rate",
    "length_penalty",
    "max_length",
    "max_new_tokens",
    "max_seq_length",
    "min_length",
    "model_name",
    "name",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_labels",
    "num_return_sequences",
    "num_train_epochs",
    "pad_token_id",
    "pooler_fc_size",
    "pooler_num_attention_heads",
    "pooler_num_fc_layers",
    "pooler_size_per_head",
    "pooler_type",
    "prefix",
    "problem_type",
    "remove_invalid_values",
    "repetition_penalty",
    "return_dict",
    "return_dict_in_generate",
    "seed",
    "sep_token_id",
    "suppress_tokens",
    "task_name",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tie_last_hidden_states",
    "tie_word_embeddings",
    "tokenizer_class",
    "tokenizer_name",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "train_batch_size",
    "transformers_version",
    "typical_p",
    "use_cache",
    "vocab_file",
    "xla_device",
}


def backbone_arguments(
    config: Mapping[str, Any], where: object, source: str, network: Network = ALBERT
) -> tuple[dict[str, Any], list[str]]:
    """`AlbertBackbone`'s arguments from a configuration of transformers or of Google.

    Args:
        config: the content of `config.json`, `albert_config.json` or `bert_config.json`.
        where: the file, for errors.
        source: "huggingface" or "tf1".
        network: which it describes.

    Returns:
        The arguments, and warnings.

    Raises:
        InputError: a setting is missing, unknown or none this package can compute.
    """
    if not isinstance(config, Mapping):
        raise InputError(f"{where} is not a configuration: expected a JSON object.")
    settings = BERT_SETTINGS if network is BERT else SETTINGS
    only = {**_ONLY, "model_type": (network.name,)}
    known = {setting.theirs for setting in settings} | _UNREAD | set(only) | {"hidden_act"}
    unknown = sorted(
        key
        for key, value in config.items()
        if key not in known | _NOT_OF_THE_NETWORK
        and not key.startswith(("_", "output_"))
        and not _says_nothing(value)
    )
    if unknown:
        raise InputError(
            f"{where} has settings that {network.title} does not: {', '.join(unknown)}. If they "
            "do not change what the model computes, take them out of the file."
        )
    for key, allowed in only.items():
        if key in config and config[key] not in allowed:
            raise InputError(
                f"{where} says {key}={config[key]!r}; only {allowed[0]!r} is "
                f"{network.title} as published."
            )
    required = {setting.theirs for setting in settings if setting.default is None}
    missing = sorted((required | {"hidden_act"}) - set(config))
    if missing:
        raise InputError(f"{where} lacks {', '.join(missing)}; nothing is assumed in their place.")

    arguments: dict[str, Any] = {}
    for setting in settings:
        value = config.get(setting.theirs, setting.default)
        _check_number(where, setting, value)
        arguments[setting.ours] = value
    names = HF_ACTIVATIONS if source == "huggingface" else TF1_ACTIVATIONS
    arguments["activation"] = _activation(config["hidden_act"], names, where)
    if network is BERT:
        arguments |= {
            "embedding_dim": arguments["hidden_dim"],
            "num_groups": 1,
            "num_inner_repetitions": 1,
            "sharing": "none",
            "embedding_projection": False,
        }
    _check_together(arguments, where)
    if network is BERT:
        return arguments, []
    if source == "huggingface":
        # transformers has the projection even where E and H are equal; Google leaves it out there.
        arguments["embedding_projection"] = True
    return arguments, _warnings(arguments, where)


def _says_nothing(value: Any) -> bool:
    """Whether a setting is empty or off: `"layers_to_keep": []` in TF-Hub's xxlarge.

    Not so 0, which may be one of several choices.
    """
    return value is None or value is False or value in ("", [], {})


def _check_number(where: object, setting: Setting, value: Any) -> None:
    whole = setting.ours in _WHOLE
    if whole:
        fits, expected = type(value) is int and 1 <= value <= _MOST, "whole number of 1 or more"
    elif "dropout" in setting.ours:
        fits, expected = _is_number(value) and 0 <= value < 1, "number from 0 to below 1"
    else:
        fits, expected = _is_number(value) and 0 <= value < math.inf, "number of 0 or more"
    if not fits:
        raise InputError(f"{where} says {setting.theirs}={_shown(value)}; expected a {expected}.")


def _shown(value: Any) -> str:
    # Python refuses to print a number of thousands of digits.
    long = type(value) is int and value.bit_length() > 999
    return f"a number of {value.bit_length()} bits" if long else repr(value)[:40]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _activation(name: Any, names: Mapping[str, str], where: object) -> str:
    if not isinstance(name, str) or name not in names:
        raise InputError(
            f"{where} says hidden_act={name!r}; expected one of {', '.join(names)}."
            + suggest(str(name), names)
        )
    return names[name]


def _check_together(arguments: Mapping[str, Any], where: object) -> None:
    if arguments["hidden_dim"] % arguments["num_heads"]:
        raise InputError(
            f"{where}: the hidden size {arguments['hidden_dim']} cannot be split into "
            f"{arguments['num_heads']} heads."
        )
    if arguments["num_groups"] > arguments["num_layers"]:
        raise InputError(
            f"{where}: {arguments['num_groups']} groups cannot serve {arguments['num_layers']} "
            "layers."
        )


def _warnings(arguments: Mapping[str, Any], where: object) -> list[str]:
    warnings = []
    heads = arguments["num_heads"]
    if arguments["hidden_dim"] == 2048 and heads in (16, 32):
        warnings.append(
            f"{where} says {heads} attention heads. For ALBERT xlarge, Google's files say 32 and "
            "transformers' and KerasHub's 16, and the weights fit both: if answers are poor, pass "
            f"num_heads={48 - heads}."
        )
    layers, groups = arguments["num_layers"], arguments["num_groups"]
    ours = [layer * groups // layers for layer in range(layers)]
    floats = [int(layer / (layers / groups)) for layer in range(layers)]
    if ours != floats:
        warnings.append(
            f"{where}: {groups} groups over {layers} layers. transformers rounds when it picks a "
            "layer's group, and picks others than the integer rule used here."
        )
    return warnings


def config_for_huggingface(
    backbone: Mapping[str, Any], network: Network = ALBERT
) -> dict[str, Any]:
    """The part of `config.json` that describes the network.

    Args:
        backbone: `AlbertBackbone`'s arguments; `sharing` "all", or "none" for BERT.
        network: as which it is written.

    Raises:
        InputError: transformers would compute something else.
    """
    activation = backbone["activation"]
    if activation not in ACTIVATIONS_FOR_HF:
        raise InputError(f"transformers' {network.title} has no activation {activation!r}.")
    if network is BERT:
        config = {setting.theirs: backbone[setting.ours] for setting in BERT_SETTINGS}
        return {"model_type": "bert", **config, "hidden_act": ACTIVATIONS_FOR_HF[activation]}
    layers, groups = backbone["num_layers"], backbone["num_groups"]
    for layer in range(layers):
        if layer * groups // layers != int(layer / (layers / groups)):
            raise InputError(
                f"transformers cannot express {groups} groups over {layers} layers: by its "
                f"rounding, layer {layer} is served by another group."
            )
    config = {setting.theirs: backbone[setting.ours] for setting in SETTINGS}
    return {"model_type": "albert", **config, "hidden_act": ACTIVATIONS_FOR_HF[activation]}
