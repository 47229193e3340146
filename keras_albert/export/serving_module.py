"""A task as a `tf.Module` without Keras in it: token ids or strings in, named outputs out."""

from collections.abc import Callable, Sequence
from typing import Any

from keras_albert.export.in_graph_packing import (
    encode_in_graph,
    mask_positions_in_graph,
    pack_in_graph,
)
from keras_albert.export.named_outputs import (
    default_depth,
    depth_can_be_input,
    input_axes,
    named_outputs,
)
from keras_albert.models.saved_task import SavedTask

# How many of the likeliest tokens a strings signature names for each masked place.
TOP_TOKENS = 10
TEXTS = {"serving_default": ("text",), "pairs": ("text", "second_text")}


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
        depth: how many layers to run. None: as the task does, and further signatures whose names
            end in "_at_depth" take a scalar int32 "depth" where all layers share weights; one that
            is not between 1 and the model's layers is an error (InvalidArgumentError).
        strings: whether there are signatures that take strings, which need tensorflow-text, where
            the task reads plain texts.

    Returns:
        A `tf.Module` and its signatures by name: "tokens" and, with strings, "serving_default"
        (text) and "pairs" (text, second_text).
    """
    import tensorflow as tf

    strings = strings and saved.facts.reads_plain_texts
    module = _module(saved, strings)
    layers = default_depth(saved) if depth is None else depth
    signatures: dict[str, Any] = {}

    def add(name: str, run: Callable[..., Any], specs: dict[str, Any]) -> None:
        def at_default(**inputs: Any) -> Any:
            return run(inputs, layers)

        signatures[name] = tf.function(at_default).get_concrete_function(**specs)
        if depth is None and depth_can_be_input(saved):

            def at_depth(depth: Any, **inputs: Any) -> Any:
                return run(inputs, _checked(depth, saved.task.backbone.num_layers))

            signatures[f"{name}_at_depth"] = tf.function(at_depth).get_concrete_function(
                depth=tf.TensorSpec([], tf.int32, name="depth"), **specs
            )

    add("tokens", module.on_tokens, token_specs(saved))
    for name, fields in TEXTS.items() if strings else ():
        specs = {field: tf.TensorSpec([None], tf.string, name=field) for field in fields}
        add(name, module.on_texts, specs)
    return module, signatures


def token_signatures(
    saved: SavedTask,
    depth: int | None = None,
    lengths: Sequence[int] | None = None,
    strings: bool = False,
) -> tuple[Any, dict[str, Any]]:
    """A module and its signatures on ids, with "depth" among the inputs where it can be.

    Args:
        saved: the task.
        depth: how many layers to run; None: an input where all layers share weights. TFLite has
            no assertions: one below 1 counts as 1, one above the layers as all, as in ONNX.
        lengths: numbers of tokens: "tokens_128" reads one row of 128. None: "tokens" reads any.
        strings: also "texts", on raw strings.
    """
    import tensorflow as tf

    module = _module(saved, strings)
    depth_spec = {}
    if depth is None and depth_can_be_input(saved):
        depth_spec = {"depth": tf.TensorSpec([], tf.int32, name="depth")}
    layers = default_depth(saved) if depth is None else depth

    def take_depth(inputs: dict[str, Any]) -> Any:
        return tf.maximum(inputs.pop("depth"), 1) if "depth" in inputs else layers

    def on_tokens(**inputs: Any) -> Any:
        return module.on_tokens(inputs, take_depth(inputs))

    def on_texts(**inputs: Any) -> Any:
        return module.on_texts(inputs, take_depth(inputs))

    asked: Sequence[int | None] = lengths or [None]
    signatures = {
        "tokens" if length is None else f"tokens_{length}": tf.function(
            on_tokens
        ).get_concrete_function(**token_specs(saved, length), **depth_spec)
        for length in asked
    }
    if strings:
        texts = {"text": tf.TensorSpec([None], tf.string, name="text")}
        signatures["texts"] = tf.function(on_texts).get_concrete_function(**texts, **depth_spec)
    return module, signatures


def token_specs(saved: SavedTask, length: int | None = None) -> dict[str, Any]:
    """`input_axes` as `tf.TensorSpec`s; with a length, of one row of so many tokens."""
    import tensorflow as tf

    sizes = {} if length is None else {"batch": 1, "length": length}
    return {
        name: tf.TensorSpec([sizes.get(axis) for axis in axes], tf.int32, name=name)
        for name, axes in input_axes(saved).items()
    }


def _checked(depth: Any, layers: int) -> Any:
    """A depth, or an error where it is none: without it, the layers' loop would run 0 or all."""
    import tensorflow as tf

    possible = tf.logical_and(depth >= 1, depth <= layers)
    message = f"depth is not between 1 and the {layers} layers of the model:"
    with tf.control_dependencies([tf.Assert(possible, [message, depth])]):
        return tf.identity(depth)


def _module(saved: SavedTask, strings: bool) -> Any:
    import tensorflow as tf

    special = saved.description()["special_token_ids"]
    mask_id = special["mask"] if saved.facts.predicts_masks else None

    class ServingModule(tf.Module):
        def __init__(self) -> None:
            super().__init__(name="keras_albert")
            # The variables alone: a Keras model in an attribute would be written a second time.
            self.weights = [variable.value for variable in saved.task.weights]
            if strings:
                self.tokenizer = saved.tokenizer.in_graph()
                if mask_id is not None:
                    self.pieces = tf.constant(saved.tokenizer.get_vocabulary())

        def on_tokens(self, inputs: dict[str, Any], layers: Any) -> dict[str, Any]:
            return named_outputs(saved, inputs, layers)

        def on_texts(self, fields: dict[str, Any], layers: Any) -> dict[str, Any]:
            segments = [fields[name] for name in ("text", "second_text") if name in fields]
            encoded = [encode_in_graph(self.tokenizer, segment, mask_id) for segment in segments]
            inputs, truncated = pack_in_graph(
                encoded,
                sequence_length=saved.sequence_length,
                truncate=saved.truncate,
                special=special,
            )
            if mask_id is not None:
                inputs["mask_positions"] = mask_positions_in_graph(inputs["token_ids"], mask_id)
            outputs = self.on_tokens(inputs, layers)
            if mask_id is not None:
                count = min(TOP_TOKENS, saved.tokenizer.vocabulary_size())
                top = tf.math.top_k(tf.nn.softmax(outputs["masked_tokens"]), count)
                outputs["top_tokens"] = tf.gather(self.pieces, top.indices)
                outputs["top_probabilities"] = top.values
            elif saved.facts.has_problem and saved.task.problem == "single_label":
                best = tf.argmax(outputs["scores"], axis=-1)
                outputs["label"] = tf.gather(tf.constant(saved.labels), best)
            return {**inputs, **outputs, "truncated": truncated}

    return ServingModule()
