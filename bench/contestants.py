"""ALBERT-base three times with the same weights: ours, KerasHub's, transformers'."""

from typing import Any

import keras_hub
import numpy as np
import torch
import transformers

from keras_albert import AlbertBackbone, AlbertMaskedLM

BASE = {
    "vocabulary_size": 30000,
    "num_layers": 12,
    "num_heads": 12,
    "embedding_dim": 128,
    "hidden_dim": 768,
    "intermediate_dim": 3072,
    "max_sequence_length": 512,
}


def keras_hub_model() -> keras_hub.models.AlbertMaskedLM:
    """KerasHub's, with its own random weights."""
    return keras_hub.models.AlbertMaskedLM(keras_hub.models.AlbertBackbone(**BASE))


def our_model(hub: keras_hub.models.AlbertMaskedLM) -> AlbertMaskedLM:
    """Ours, with KerasHub's backbone weights."""
    return AlbertMaskedLM(our_backbone(hub.backbone))


def our_backbone(theirs: keras_hub.models.AlbertBackbone) -> AlbertBackbone:
    """Ours, with KerasHub's weights."""
    ours = AlbertBackbone(**BASE, activation="gelu_tanh")
    layer = theirs.transformer_layers[0][0]
    attention = layer._self_attention_layer
    block = ours.encoder.blocks[0]

    def fused(part: str, axes: tuple[int, ...]) -> np.ndarray:
        parts = [
            np.asarray(getattr(getattr(attention, f"{name}_dense"), part))
            for name in ("query", "key", "value")
        ]
        return np.stack(parts, axis=-2).reshape(axes)

    embedding = ours.embedding
    pairs = [
        (embedding.token_embedding.embeddings, theirs.token_embedding.embeddings),
        (embedding.position_embeddings, theirs.position_embedding.position_embeddings),
        (embedding.segment_embedding.embeddings, theirs.segment_embedding.embeddings),
        (block.self_attention.query_key_value.kernel, fused("kernel", (768, 3 * 768))),
        (block.self_attention.query_key_value.bias, fused("bias", (3 * 768,))),
        (
            block.self_attention.output_dense.kernel,
            np.asarray(attention._output_dense.kernel).reshape(768, 768),
        ),
        (block.self_attention.output_dense.bias, attention._output_dense.bias),
    ]
    for mine, other in (
        (embedding.embedding_projection, theirs.embeddings_projection),
        (block.feed_forward.intermediate_dense, layer._feedforward_intermediate_dense),
        (block.feed_forward.output_dense, layer._feedforward_output_dense),
        (ours.pooler, theirs.pooled_dense),
    ):
        pairs += [(mine.kernel, other.kernel), (mine.bias, other.bias)]
    for mine, other in (
        (embedding.normalization, theirs.embeddings_layer_norm),
        (block.self_attention_norm, layer._self_attention_layer_norm),
        (block.feed_forward_norm, layer._feedforward_layer_norm),
    ):
        pairs += [(mine.gamma, other.gamma), (mine.beta, other.beta)]
    for variable, value in pairs:
        # A copy: on JAX the two models would share an array, and a step of one would delete it.
        variable.assign(np.array(_array(value)))
    return ours


def transformers_model(ours: AlbertBackbone) -> transformers.AlbertForMaskedLM:
    """Transformers' with PyTorch's fused attention, and our weights."""
    config = transformers.AlbertConfig(
        vocab_size=30000,
        hidden_size=768,
        num_hidden_layers=BASE["num_layers"],
        num_attention_heads=12,
        intermediate_size=3072,
        hidden_act="gelu_new",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="sdpa",
    )
    model = transformers.AlbertForMaskedLM(config)
    block = ours.encoder.blocks[0]
    theirs = model.albert.encoder.albert_layer_groups[0].albert_layers[0]
    kernel = _array(block.self_attention.query_key_value.kernel).reshape(768, 12, 3, 64)
    embedding = ours.embedding
    names = ("query", "key", "value")
    pairs: list[tuple[Any, np.ndarray]] = [
        (getattr(theirs.attention, name).weight, kernel[:, :, i].reshape(768, 768).T)
        for i, name in enumerate(names)
    ]
    pairs += [
        (theirs.attention.dense.weight, _array(block.self_attention.output_dense.kernel).T),
        (theirs.ffn.weight, _array(block.feed_forward.intermediate_dense.kernel).T),
        (theirs.ffn_output.weight, _array(block.feed_forward.output_dense.kernel).T),
        (
            model.albert.encoder.embedding_hidden_mapping_in.weight,
            _array(embedding.embedding_projection.kernel).T,
        ),
        (
            model.albert.embeddings.word_embeddings.weight,
            _array(embedding.token_embedding.embeddings),
        ),
        (
            model.albert.embeddings.position_embeddings.weight,
            _array(embedding.position_embeddings),
        ),
        (
            model.albert.embeddings.token_type_embeddings.weight,
            _array(embedding.segment_embedding.embeddings),
        ),
    ]
    with torch.no_grad():
        for parameter, value in pairs:
            parameter.copy_(torch.from_numpy(np.array(value)))
    return model


def _array(variable: Any) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(variable)
