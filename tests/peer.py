"""transformers' ALBERT with its own random weights, and the same weights in ours."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import torch
import transformers

from keras_albert.models import AlbertBackbone, AlbertPretrainer

# transformers' names of activations for ours.
PEER_ACTIVATIONS = {"gelu": "gelu", "gelu_new": "gelu_new", "relu": "relu"}


def peer_pretrainer(
    activation: str = "gelu_new", num_groups: int = 1, inner: int = 1, **overrides: Any
) -> transformers.AlbertForPreTraining:
    """A small `AlbertForPreTraining`, randomly initialised by transformers itself."""
    torch.manual_seed(7)
    settings = {
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
        **overrides,
    }
    config = transformers.AlbertConfig(
        **settings,
        hidden_act=PEER_ACTIVATIONS[activation],
        num_hidden_groups=num_groups,
        inner_group_num=inner,
        attn_implementation="eager",
    )
    model = transformers.AlbertForPreTraining(config).eval()
    with torch.no_grad():
        # transformers starts biases at zero and LayerNorm at one: move them, or a mix-up of two
        # biases would not be seen.
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "LayerNorm" in name or "layer_norm" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return model


def our_pretrainer(peer: transformers.AlbertForPreTraining, **options: Any) -> AlbertPretrainer:
    """Our model of the peer's shape, holding the peer's weights."""
    config = peer.config
    backbone = AlbertBackbone(
        vocabulary_size=config.vocab_size,
        num_layers=config.num_hidden_layers,
        num_heads=config.num_attention_heads,
        embedding_dim=config.embedding_size,
        hidden_dim=config.hidden_size,
        intermediate_dim=config.intermediate_size,
        num_groups=config.num_hidden_groups,
        num_inner_repetitions=config.inner_group_num,
        max_sequence_length=config.max_position_embeddings,
        activation=config.hidden_act,
        embedding_projection=True,
        **options,
    )
    model = AlbertPretrainer(backbone)
    values = {name: tensor.detach().numpy() for name, tensor in peer.state_dict().items()}
    for variable, value in zip(model_variables(model), in_our_order(values, config), strict=True):
        variable.assign(value)
    return model


def model_variables(model: AlbertPretrainer) -> list[Any]:
    """The variables in the order of `in_our_order`."""
    backbone = model.backbone
    embedding = backbone.embedding
    variables = [
        embedding.token_embedding.embeddings,
        embedding.position_embeddings,
        embedding.segment_embedding.embeddings,
        embedding.normalization.gamma,
        embedding.normalization.beta,
        embedding.embedding_projection.kernel,
        embedding.embedding_projection.bias,
    ]
    for block in backbone.encoder.blocks:
        attention, feed_forward = block.self_attention, block.feed_forward
        variables += [
            attention.query_key_value.kernel,
            attention.query_key_value.bias,
            attention.output_dense.kernel,
            attention.output_dense.bias,
            block.self_attention_norm.gamma,
            block.self_attention_norm.beta,
            feed_forward.intermediate_dense.kernel,
            feed_forward.intermediate_dense.bias,
            feed_forward.output_dense.kernel,
            feed_forward.output_dense.bias,
            block.feed_forward_norm.gamma,
            block.feed_forward_norm.beta,
        ]
    head = model.masked_token_head
    return [
        *variables,
        backbone.pooler.kernel,
        backbone.pooler.bias,
        head.dense.kernel,
        head.dense.bias,
        head.normalization.gamma,
        head.normalization.beta,
        head.bias,
        model.sentence_order_head.dense.kernel,
        model.sentence_order_head.dense.bias,
    ]


def in_our_order(values: Mapping[str, np.ndarray], config: Any) -> list[np.ndarray]:
    """The peer's arrays (weights, or gradients by the same names) in our layout and order."""
    heads = config.num_attention_heads

    def dense(name: str) -> list[np.ndarray]:
        return [values[name + ".weight"].T, values[name + ".bias"]]

    def plain(name: str) -> list[np.ndarray]:
        return [values[name + ".weight"], values[name + ".bias"]]

    def fused(name: str) -> list[np.ndarray]:
        parts = [dense(f"{name}.{part}") for part in ("query", "key", "value")]
        hidden = config.hidden_size
        kernels = [kernel.reshape(hidden, heads, -1) for kernel, _ in parts]
        biases = [bias.reshape(heads, -1) for _, bias in parts]
        return [
            np.stack(kernels, axis=2).reshape(hidden, 3 * hidden),
            np.stack(biases, axis=1).reshape(3 * hidden),
        ]

    embeddings = "albert.embeddings."
    arrays = [
        values[embeddings + "word_embeddings.weight"],
        values[embeddings + "position_embeddings.weight"],
        values[embeddings + "token_type_embeddings.weight"],
        *plain(embeddings + "LayerNorm"),
        *dense("albert.encoder.embedding_hidden_mapping_in"),
    ]
    for group in range(config.num_hidden_groups):
        for inner in range(config.inner_group_num):
            block = f"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}."
            arrays += [
                *fused(block + "attention"),
                *dense(block + "attention.dense"),
                *plain(block + "attention.LayerNorm"),
                *dense(block + "ffn"),
                *dense(block + "ffn_output"),
                *plain(block + "full_layer_layer_norm"),
            ]
    return [
        *arrays,
        *dense("albert.pooler"),
        *dense("predictions.dense"),
        *plain("predictions.LayerNorm"),
        values["predictions.bias"],
        *dense("sop_classifier.classifier"),
    ]


def padded_batch(vocabulary_size: int = 211, length: int = 20) -> dict[str, np.ndarray]:
    """Two rows, one of them with padding, with two segments and five masked positions each."""
    rng = np.random.default_rng(3)
    padding_mask = np.ones((2, length), "int32")
    padding_mask[1, length - 7 :] = 0
    return {
        "token_ids": rng.integers(0, vocabulary_size, (2, length)).astype("int32") * padding_mask,
        "segment_ids": (np.arange(length) >= 8).astype("int32") * padding_mask,
        "padding_mask": padding_mask,
        "mask_positions": np.stack([rng.permutation(length - 7)[:5] for _ in range(2)]).astype(
            "int32"
        ),
    }


def peer_outputs(
    peer: transformers.AlbertForPreTraining, batch: Mapping[str, np.ndarray]
) -> dict[str, torch.Tensor]:
    """What the peer computes, under our names."""
    states = peer.albert(
        input_ids=torch.from_numpy(batch["token_ids"]).long(),
        token_type_ids=torch.from_numpy(batch["segment_ids"]).long(),
        attention_mask=torch.from_numpy(batch["padding_mask"]).long(),
        output_hidden_states=True,
        output_attentions=True,
    )
    logits = peer.predictions(states.last_hidden_state)
    positions = torch.from_numpy(batch["mask_positions"]).long()
    return {
        "sequence_output": states.last_hidden_state,
        "pooled_output": states.pooler_output,
        # transformers keeps the output of every inner block, we that of every layer.
        "hidden_states": states.hidden_states[:: peer.config.inner_group_num],
        "attention_scores": states.attentions,
        "masked_tokens": torch.take_along_dim(logits, positions[:, :, None], dim=1),
        "sentence_order": peer.sop_classifier(states.pooler_output),
    }


def gradients(
    model: keras.Model, batch: Mapping[str, Any], loss: Callable[[Any], Any]
) -> list[np.ndarray]:
    """Gradients of `loss(model(batch))` by every trainable variable, on the backend in use."""
    variables = list(model.trainable_variables)
    backend = keras.config.backend()
    if backend == "jax":
        import jax

        untrained = [v.value for v in model.non_trainable_variables]

        def stateless(values: list[Any]) -> Any:
            outputs, _ = model.stateless_call(values, untrained, dict(batch))
            return loss(outputs)

        found = jax.jit(jax.grad(stateless))([v.value for v in variables])
    elif backend == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            value = loss(model(dict(batch)))
        found = [
            tf.convert_to_tensor(g) for g in tape.gradient(value, [v.value for v in variables])
        ]
    else:
        model.zero_grad()
        loss(model(dict(batch))).backward()
        found = [v.value.grad.detach() for v in variables]
    return [keras.ops.convert_to_numpy(g) for g in found]
