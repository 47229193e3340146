"""A task as a `tf.Module` without Keras in it: token ids or strings in, named outputs out."""

from typing import Any

import keras

from keras_albert.export.in_graph_packing import (
    encode_in_graph,
    mask_positions_in_graph,
    pack_in_graph,
)
from keras_albert.models.saved_task import SavedTask

INPUTS = ("token_ids", "segment_ids", "padding_mask")
# How many of the likeliest tokens a strings signature names for each masked place.
TOP_TOKENS = 10


def named_outputs(saved: SavedTask, inputs: dict[str, Any], depth: int | None = None) -> Any:
    """Runs a task and names what comes out.

    Args:
        saved: the task, on any backend.
        inputs: "token_ids", "segment_ids", "padding_mask", (B, S), and "mask_positions" (B, P)
            where the task takes it.
        depth: how many layers to run; all by default.

    Returns:
        A classifier: "scores" (B, C) and, unless it is a regression, "probabilities" (B, C).
        Others: "masked_tokens" (B, P, V) logits, and from a pretrainer "sentence_order" (B, 2)
        logits.
    """
    outputs = saved.task(inputs, training=False, depth=depth)
    if saved.kind == "masked_lm":
        return {"masked_tokens": outputs}
    if saved.kind == "pretrainer":
        return dict(outputs)
    if saved.task.problem == "regression":
        return {"scores": outputs}
    probabilities = outputs
    if saved.task.activation not in (keras.activations.softmax, keras.activations.sigmoid):
        normalise = keras.ops.sigmoid if saved.task.problem == "multi_label" else keras.ops.softmax
        probabilities = normalise(outputs)
    return {"scores": outputs, "probabilities": probabilities}


def loop_where_shared(saved: SavedTask) -> None:
    """Makes the encoder a loop where all layers share weights.

    The graph is then one layer long whatever the depth: it exports several times faster and, as
    TFLite, loads at once and keeps one packed copy of the weights.
    """
    if saved.task.backbone.sharing == "all":
        saved.task.backbone.encoder.unroll = False


def serving_module(
    saved: SavedTask, depth: int | None = None, strings: bool = True
) -> tuple[Any, dict[str, Any]]:
    """Builds the module and its signatures. The backend must be TensorFlow.

    Args:
        saved: the task.
        depth: how many layers to run; all by default.
        strings: whether there are signatures that take strings, which need tensorflow-text.

    Returns:
        A `tf.Module` and its signatures by name: "tokens" and, with strings, "serving_default"
        (text) and "pairs" (text, second_text).
    """
    import tensorflow as tf

    description = saved.description()
    special = description["special_token_ids"]
    predicts_masks = saved.kind != "text_classifier"
    extra = ("mask_positions",) if predicts_masks else ()
    # The functional graph was traced unrolled; an explicit depth runs the layers as they are now.
    layers = saved.task.backbone.num_layers if depth is None else depth

    class ServingModule(tf.Module):
        def __init__(self) -> None:
            super().__init__(name="keras_albert")
            # The variables alone: a Keras model in an attribute would be written a second time.
            self.weights = [variable.value for variable in saved.task.weights]
            if strings:
                self.tokenizer = saved.tokenizer.in_graph()
                if predicts_masks:
                    self.pieces = tf.constant(saved.tokenizer.get_vocabulary())

        def on_tokens(self, **inputs: Any) -> dict[str, Any]:
            return named_outputs(saved, inputs, layers)

        def on_segments(self, segments: list[Any]) -> dict[str, Any]:
            mask_id = special["mask"] if predicts_masks else None
            encoded = [encode_in_graph(self.tokenizer, segment, mask_id) for segment in segments]
            inputs, truncated = pack_in_graph(
                encoded,
                sequence_length=saved.sequence_length,
                truncate=saved.truncate,
                special=special,
            )
            if mask_id is not None:
                inputs["mask_positions"] = mask_positions_in_graph(inputs["token_ids"], mask_id)
            outputs = self.on_tokens(**inputs)
            if predicts_masks:
                count = min(TOP_TOKENS, saved.tokenizer.vocabulary_size())
                top = tf.math.top_k(tf.nn.softmax(outputs["masked_tokens"]), count)
                outputs["top_tokens"] = tf.gather(self.pieces, top.indices)
                outputs["top_probabilities"] = top.values
            elif saved.task.problem == "single_label":
                best = tf.argmax(outputs["scores"], axis=-1)
                outputs["label"] = tf.gather(tf.constant(saved.labels), best)
            return {**inputs, **outputs, "truncated": truncated}

    module = ServingModule()

    def text_input(name: str) -> Any:
        return tf.TensorSpec([None], tf.string, name=name)

    signatures = {
        "tokens": tf.function(module.on_tokens).get_concrete_function(
            **{name: tf.TensorSpec([None, None], tf.int32, name=name) for name in INPUTS + extra}
        )
    }
    if strings:
        signatures["serving_default"] = tf.function(
            lambda text: module.on_segments([text])
        ).get_concrete_function(text_input("text"))
        signatures["pairs"] = tf.function(
            lambda text, second_text: module.on_segments([text, second_text])
        ).get_concrete_function(text_input("text"), text_input("second_text"))
    return module, signatures
