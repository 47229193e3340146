"""Files of other implementations, written by those implementations, and what they compute."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

HF_CLASSES = (
    "AlbertModel",
    "AlbertForPreTraining",
    "AlbertForMaskedLM",
    "AlbertForSequenceClassification",
    "AlbertForTokenClassification",
    "AlbertForQuestionAnswering",
    "AlbertForMultipleChoice",
)
BERT_CLASSES = (
    "BertModel",
    "BertForPreTraining",
    "BertForMaskedLM",
    "BertForNextSentencePrediction",
    "BertForSequenceClassification",
    "BertForTokenClassification",
    "BertForQuestionAnswering",
    "BertForMultipleChoice",
)
SIZES: dict[str, Any] = {
    "vocab_size": 211,
    "embedding_size": 24,
    "hidden_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "max_position_embeddings": 40,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.1,
}


def hf_model(class_name: str = "AlbertForPreTraining", **overrides: Any) -> Any:
    """A small model of transformers with random weights, biases and normalisations too."""
    torch.manual_seed(11)
    sizes = {**SIZES, **overrides}
    config_class = transformers.AlbertConfig
    if class_name.startswith("Bert"):
        config_class = transformers.BertConfig
        sizes.pop("embedding_size")
    config = config_class(**sizes, attn_implementation="eager", architectures=[class_name])
    model = getattr(transformers, class_name)(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "LayerNorm" in name or "layer_norm" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def hf_outputs(model: Any, batch: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What transformers computes for a batch of ours, (B, S) or (B, C, S)."""
    with torch.no_grad():
        outputs = model(
            input_ids=torch.from_numpy(batch["token_ids"]).long(),
            token_type_ids=torch.from_numpy(batch["segment_ids"]).long(),
            attention_mask=torch.from_numpy(batch["padding_mask"]).long(),
        )
    return {name: value.float().numpy() for name, value in outputs.items()}


def save_torch(model: Any, folder: Path, *, legacy: bool = False, **changes: Any) -> Path:
    """`config.json` and a `pytorch_model.bin` as `torch.save` wrote it before 1.6, or since."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {**model.config.to_dict(), **changes}
    config = {k: v for k, v in config.items() if v is not None}
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(
        model.state_dict(),
        folder / "pytorch_model.bin",
        _use_new_zipfile_serialization=not legacy,
    )
    return folder


def google_config(model: Any, hidden_act: str) -> dict[str, Any]:
    """`albert_config.json` as Google's archives have it."""
    config = model.config
    return {
        "attention_probs_dropout_prob": config.attention_probs_dropout_prob,
        "hidden_act": hidden_act,
        "hidden_dropout_prob": config.hidden_dropout_prob,
        "embedding_size": config.embedding_size,
        "hidden_size": config.hidden_size,
        "initializer_range": config.initializer_range,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_position_embeddings,
        "num_attention_heads": config.num_attention_heads,
        "num_hidden_layers": config.num_hidden_layers,
        "num_hidden_groups": config.num_hidden_groups,
        "net_structure_type": 0,
        "gap_size": 0,
        "num_memory_blocks": 0,
        "inner_group_num": config.inner_group_num,
        "down_scale_factor": 1,
        "type_vocab_size": config.type_vocab_size,
        "vocab_size": config.vocab_size,
    }


def google_variables(model: Any) -> dict[str, np.ndarray]:
    """The weights of an `AlbertForPreTraining` under the names that Google's graph gives them.

    Written out from google-research/albert's variable scopes, apart from the package's table.
    """
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    found: dict[str, np.ndarray] = {}

    def dense(scope: str, name: str) -> None:
        found[f"{scope}/kernel"] = state[f"{name}.weight"].T
        found[f"{scope}/bias"] = state[f"{name}.bias"]

    def norm(scope: str, name: str) -> None:
        found[f"{scope}/gamma"] = state[f"{name}.weight"]
        found[f"{scope}/beta"] = state[f"{name}.bias"]

    for part in ("word", "position", "token_type"):
        name = f"albert.embeddings.{part}_embeddings.weight"
        found[f"bert/embeddings/{part}_embeddings"] = state[name]
    norm("bert/embeddings/LayerNorm", "albert.embeddings.LayerNorm")
    if model.config.embedding_size != model.config.hidden_size:
        dense(
            "bert/encoder/embedding_hidden_mapping_in", "albert.encoder.embedding_hidden_mapping_in"
        )
    for group in range(model.config.num_hidden_groups):
        for inner in range(model.config.inner_group_num):
            scope = f"bert/encoder/transformer/group_{group}/inner_group_{inner}"
            block = f"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}"
            for part in ("query", "key", "value"):
                dense(f"{scope}/attention_1/self/{part}", f"{block}.attention.{part}")
            dense(f"{scope}/attention_1/output/dense", f"{block}.attention.dense")
            norm(f"{scope}/LayerNorm", f"{block}.attention.LayerNorm")
            dense(f"{scope}/ffn_1/intermediate/dense", f"{block}.ffn")
            dense(f"{scope}/ffn_1/intermediate/output/dense", f"{block}.ffn_output")
            norm(f"{scope}/LayerNorm_1", f"{block}.full_layer_layer_norm")
    dense("bert/pooler/dense", "albert.pooler")
    dense("cls/predictions/transform/dense", "predictions.dense")
    norm("cls/predictions/transform/LayerNorm", "predictions.LayerNorm")
    found["cls/predictions/output_bias"] = state["predictions.bias"]
    # Google keeps these (out, in), as torch does.
    found["cls/seq_relationship/output_weights"] = state["sop_classifier.classifier.weight"]
    found["cls/seq_relationship/output_bias"] = state["sop_classifier.classifier.bias"]
    return found


def google_bert_config(model: Any) -> dict[str, Any]:
    """`bert_config.json` as google-research/bert's archives have it; the Chinese one has more."""
    config = model.config
    return {
        "attention_probs_dropout_prob": 0.1,
        "directionality": "bidi",
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": config.hidden_size,
        "initializer_range": 0.02,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_position_embeddings,
        "num_attention_heads": config.num_attention_heads,
        "num_hidden_layers": config.num_hidden_layers,
        "pooler_fc_size": 768,
        "pooler_num_attention_heads": 12,
        "pooler_num_fc_layers": 3,
        "pooler_size_per_head": 128,
        "pooler_type": "first_token_transform",
        "type_vocab_size": config.type_vocab_size,
        "vocab_size": config.vocab_size,
    }


def google_bert_variables(model: Any) -> dict[str, np.ndarray]:
    """The weights of a `BertForPreTraining` under the names of google-research/bert's scopes.

    As transformers' `load_tf_weights_in_bert` went from one to the other: parts of a name are
    divided by slashes, layers are `layer_0`, scales and shifts `gamma` and `beta`, and matrices of
    Dense layers, but not `output_weights`, are transposed.
    """
    found = {}
    for name, tensor in model.state_dict().items():
        if "decoder" in name or "position_ids" in name:
            continue
        scope, _, kind = name.replace("layer.", "layer_").replace(".", "/").rpartition("/")
        values = tensor.numpy()
        if scope.endswith("LayerNorm"):
            scope += "/gamma" if kind == "weight" else "/beta"
        elif scope == "cls/predictions":
            scope += "/output_bias"
        elif scope == "cls/seq_relationship":
            scope += "/output_weights" if kind == "weight" else "/output_bias"
        elif not scope.endswith("embeddings"):
            scope += "/kernel" if kind == "weight" else "/bias"
            values = values.T
        found[scope] = values
    return found


def save_tf1(
    variables: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    folder: Path,
    name: str = "model.ckpt-best",
    prefix: str = "",
    config_file: str = "albert_config.json",
) -> Path:
    """A checkpoint by TensorFlow's v1 saver, with the optimizer's slots that training leaves."""
    import tensorflow as tf

    v1 = tf.compat.v1
    folder.mkdir(parents=True, exist_ok=True)
    with tf.Graph().as_default(), v1.Session() as session:
        for key, value in variables.items():
            v1.get_variable(prefix + key, initializer=value)
            v1.get_variable(f"{prefix}{key}/lamb_m", initializer=np.zeros_like(value))
            v1.get_variable(f"{prefix}{key}/lamb_v", initializer=np.zeros_like(value))
        v1.get_variable("global_step", initializer=np.int64(125000))
        session.run(v1.global_variables_initializer())
        v1.train.Saver().save(session, str(folder / name))
    (folder / "checkpoint").unlink()
    (folder / config_file).write_text(json.dumps(dict(config)))
    return folder
