"""What goes into an artifact and what comes out, by name, for every kind of task."""

from typing import Any

import keras
from keras import ops

from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.row_batches import TOKEN_INPUTS

INPUTS = TOKEN_INPUTS


def input_axes(saved: SavedTask) -> dict[str, tuple[str, ...]]:
    """The int32 inputs of an artifact and their axes, all of any size.

    Returns:
        "token_ids", "segment_ids" and "padding_mask", ("batch", "length"), or ("batch", "choices",
        "length") for multiple choice; "mask_positions", ("batch", "places"), where masked tokens
        are predicted. A depth is no part of this.
    """
    axes = dict.fromkeys(INPUTS, saved.facts.row_axes)
    if saved.facts.predicts_masks:
        axes["mask_positions"] = ("batch", "places")
    return axes


def default_depth(saved: SavedTask) -> int:
    """How many layers a task runs when nothing is asked for: all, or an embedder's layer."""
    layers = int(saved.task.backbone.num_layers)
    # An embedder may be set to the states of another layer than the last.
    chosen = getattr(saved.task, "layer", None)
    if chosen is None:
        return layers
    layer = int(chosen)
    return layer + layers + 1 if layer < 0 else layer


def depth_can_be_input(saved: SavedTask) -> bool:
    """Whether the depth can be a number given at run time: all layers share their weights."""
    return saved.task.backbone.sharing == "all" and default_depth(saved) > 0


def named_outputs(saved: SavedTask, inputs: dict[str, Any], depth: Any = None) -> dict[str, Any]:
    """Runs a task and names what comes out, on any backend.

    Args:
        saved: the task.
        inputs: what `input_axes` lists.
        depth: how many layers to run, an int or a scalar int32 tensor; all by default.

    Returns:
        With B rows, S tokens, C classes or choices, V pieces, P masked places, H hidden units:

        - text_classifier: "scores" (B, C) and, unless it is a regression, "probabilities" (B, C);
        - token_classifier: "scores" (B, S, C), logits;
        - multiple_choice: "scores" (B, C), logits over the choices;
        - sentence_order: "sentence_order" (B, 2), logits of in order and swapped;
        - masked_lm: "masked_tokens" (B, P, V), logits; pretrainer: the last two;
        - question_answerer: "start" and "end" (B, S), logits;
        - joint_question_answerer: "impossible" (B, 1), a logit, and the beam of K starts with K
          ends each: "start_positions" and "start_log_probabilities" (B, K), "end_positions" and
          "end_log_probabilities" (B, K, K);
        - text_embedder: "embedding" (B, H).
    """
    facts = saved.facts
    if facts.gold_inputs:
        # No artifact has them: what is scored by them is left out below.
        # Keras takes no tensors and arrays side by side.
        inputs = {name: ops.convert_to_tensor(value) for name, value in inputs.items()}
        nothing = ops.zeros_like(inputs["token_ids"])[:, :1]
        inputs |= dict.fromkeys(facts.gold_inputs, nothing)
    # The functional graph was traced unrolled; an explicit depth runs the layers as they are now.
    outputs = saved.task(inputs, training=False, depth=depth)
    if facts.has_problem:
        return _class_outputs(saved, outputs)
    if not isinstance(outputs, dict):
        outputs = {facts.first_output: outputs}
    return {name: value for name, value in outputs.items() if name in facts.outputs}


def _class_outputs(saved: SavedTask, scores: Any) -> dict[str, Any]:
    if saved.task.problem == "regression":
        return {"scores": scores}
    probabilities = scores
    if saved.task.activation not in (keras.activations.softmax, keras.activations.sigmoid):
        normalise = ops.sigmoid if saved.task.problem == "multi_label" else ops.softmax
        probabilities = normalise(scores)
    return {"scores": scores, "probabilities": probabilities}
