"""A model's variables under the names that `keras_albert.convert` has for them."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_albert.convert import Checkpoint, TokenizerFiles
from keras_albert.convert.checkpoint import Weight
from keras_albert.convert.sentence_transformers import SentenceVectors
from keras_albert.errors import InputError
from keras_albert.layers.quantized_weights import is_quantized
from keras_albert.runtime.task_kinds import kind_of_class

# Constructor arguments that say how to run a backbone, not what it computes.
_HOW = ("name", "trainable", "dtype", "unroll", "sharing")


def heads_of(task_class: type) -> dict[str, str]:
    """The heads a task class has: name in a checkpoint -> attribute. A backbone has none."""
    kind = kind_of_class(task_class, parents=True)
    return {} if kind is None else dict(kind.heads)


def _dense(prefix: str, layer: Any) -> dict[str, Any]:
    return {f"{prefix}/kernel": layer.kernel, f"{prefix}/bias": layer.bias}


def _normalization(prefix: str, layer: Any) -> dict[str, Any]:
    return {f"{prefix}/gamma": layer.gamma, f"{prefix}/beta": layer.beta}


def backbone_variables(backbone: Any) -> dict[str, Any]:
    """An `AlbertBackbone`'s variables by name.

    Raises:
        InputError: its weights are quantized, or its sharing is one no other implementation has.
    """
    inner = backbone.num_inner_repetitions
    if backbone.sharing in ("attention", "feedforward"):
        raise InputError(
            f"sharing={backbone.sharing!r} cannot be converted: other implementations share a "
            "layer whole or not at all."
        )
    _refuse_quantized(backbone)
    embedding = backbone.embedding
    found = {
        "embedding/token_embedding": embedding.token_embedding.embeddings,
        "embedding/position_embeddings": embedding.position_embeddings,
        "embedding/segment_embedding": embedding.segment_embedding.embeddings,
        **_normalization("embedding/normalization", embedding.normalization),
    }
    if embedding.embedding_projection is not None:
        found |= _dense("embedding/embedding_projection", embedding.embedding_projection)
    for number, block in enumerate(backbone.encoder.blocks):
        prefix = f"encoder/block_{number // inner}_{number % inner}"
        attention, feed_forward = block.self_attention, block.feed_forward
        found |= {
            **_dense(f"{prefix}/self_attention/query_key_value", attention.query_key_value),
            **_dense(f"{prefix}/self_attention/output_dense", attention.output_dense),
            **_normalization(f"{prefix}/self_attention_norm", block.self_attention_norm),
            **_dense(f"{prefix}/feed_forward/intermediate_dense", feed_forward.intermediate_dense),
            **_dense(f"{prefix}/feed_forward/output_dense", feed_forward.output_dense),
            **_normalization(f"{prefix}/feed_forward_norm", block.feed_forward_norm),
        }
    if backbone.pooler is not None:
        found |= _dense("pooler", backbone.pooler)
    return found


def _refuse_quantized(layer: Any) -> None:
    """Raises an `InputError` where weights are integers that only their layer can read."""
    quantized = [part.name for part in layer._flatten_layers() if is_quantized(part)]
    if quantized:
        raise InputError(
            f"The model is quantized ({quantized[0]}, ...); convert the model it was made from."
        )


def head_variables(task: Any) -> dict[str, Any]:
    """The variables of a task's heads by name; none for a backbone.

    Raises:
        InputError: a head is quantized.
    """
    found: dict[str, Any] = {}
    for head, attribute in heads_of(type(task)).items():
        layer = getattr(task, attribute)
        _refuse_quantized(layer)
        if head == "masked_tokens":
            found |= _dense("masked_tokens/dense", layer.dense)
            found |= _normalization("masked_tokens/normalization", layer.normalization)
            found["masked_tokens/bias"] = layer.bias
        elif head == "joint_spans":
            for name in ("start_dense", "end_hidden", "end_output", "answer_hidden"):
                found |= _dense(f"joint_spans/{name}", getattr(layer, name))
            found |= _normalization("joint_spans/end_normalization", layer.end_normalization)
            found["joint_spans/answer_output/kernel"] = layer.answer_output.kernel
        elif head == "sentence_order":
            found |= _dense("sentence_order/dense", layer.dense)
        else:
            found |= _dense(head, layer)
    return found


def model_checkpoint(
    model: Any, tokenizer: TokenizerFiles | None = None, labels: list[str] | None = None
) -> Checkpoint:
    """A model as a `Checkpoint`, to be written for another implementation.

    Args:
        model: an `AlbertBackbone` or a task on one. Its weights are read when they are written.
        tokenizer: the files of its tokenizer.
        labels: its C label names.

    Raises:
        InputError: its weights are quantized, or its sharing is one no other implementation has.

    Example:
    ```python
    write_huggingface(model_checkpoint(classifier, labels=["no", "yes"]), "folder/")
    ```
    """
    from pathlib import Path

    backbone = getattr(model, "backbone", model)
    variables: Mapping[str, Any] = {**backbone_variables(backbone), **head_variables(model)}
    arguments = {k: v for k, v in backbone.get_config().items() if k not in _HOW}
    arguments["embedding_projection"] = backbone.embedding.embedding_projection is not None
    if backbone.sharing == "none":
        # The same network: as many groups as layers, each with weights of its own.
        arguments["num_groups"] = backbone.num_layers
    heads = {head: _settings(model, head) for head in heads_of(type(model))}

    def weight(variable: Any) -> Weight:
        def read() -> np.ndarray:
            return np.asarray(keras.ops.convert_to_numpy(variable)).astype(np.float32)

        return Weight(tuple(variable.shape), read)

    weights = {name: weight(variable) for name, variable in variables.items()}
    return Checkpoint(
        "keras",
        Path(model.name),
        arguments,
        heads,
        weights,
        labels,
        tokenizer,
        sentence_vectors=_sentence_vectors(model),
    )


def _sentence_vectors(model: Any) -> SentenceVectors | None:
    """How an `AlbertTextEmbedder` makes its vectors, where sentence-transformers can, too."""
    last = getattr(model, "layer", None) in (None, -1, getattr(model, "backbone", model).num_layers)
    if getattr(model, "pooling", None) not in ("mean", "cls") or not last:
        return None
    length = getattr(model.preprocessor, "sequence_length", None)
    return SentenceVectors(model.pooling, model.normalize, length)


def _settings(model: Any, head: str) -> dict[str, Any]:
    if head not in ("classifier", "token_classifier", "multiple_choice"):
        return {}
    names = ("num_classes", "problem", "dropout")
    settings = {name: getattr(model, name) for name in names if hasattr(model, name)}
    activation = getattr(model, "activation", None)
    if head == "classifier" and activation is not None:
        settings["activation"] = keras.activations.serialize(activation)
    return settings
