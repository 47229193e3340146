"""Quality against depth: a task's metrics after so many layers."""

from typing import Any

from keras_albert.benchmarks.encoded_examples import Encoded
from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask
from keras_albert.errors import InputError
from keras_albert.models.fitting.length_prediction import predict_by_length
from keras_albert.training.evaluation.intervals import wilson_interval


def depth_curve(
    task: FinetuneTask,
    model: Any,
    examples: Examples,
    encoded: Encoded,
    depths: tuple[int, ...],
    batch_size: int,
) -> list[dict[str, Any]]:
    """Answers examples at several depths, from one pass, and measures the answers at each.

    A threshold tuned on the full depth's answers holds for all.

    Args:
        task: with its labels learned.
        model: what the task built.
        examples: E labelled examples.
        encoded: what the task encoded of them.
        depths: ascending.
        batch_size: rows a step.

    Returns:
        One dict a depth: "depth", the task's metrics, and, where answers are right or wrong, "n",
        "correct" and "interval" (Wilson's at 95%).
    """
    outputs = predict_by_length(model, encoded.x, batch_size, depth=depths, verbose=0)
    curve = []
    for depth, at_depth in zip(depths, outputs, strict=True):
        answers = task.decode(model, examples, encoded, at_depth)
        point: dict[str, Any] = {"depth": depth, **task.metrics(examples, answers)}
        if all("correct" in answer for answer in answers):
            correct = sum(bool(answer["correct"]) for answer in answers)
            interval = list(wilson_interval(correct, len(answers)))
            point |= {"n": len(answers), "correct": correct, "interval": interval}
        curve.append(point)
    return curve


def read_depths(depths: tuple[int, ...] | str, model: Any) -> tuple[int, ...]:
    """The depths that were asked for, of a model.

    Args:
        depths: ascending numbers of layers, or "all".
        model: an `AlbertTask`.

    Raises:
        InputError: the model has not as many layers.
    """
    layers = model.backbone.num_layers
    if depths == "all":
        return tuple(range(1, layers + 1))
    asked = tuple(int(depth) for depth in depths)
    wrong = [depth for depth in asked if not 1 <= depth <= layers]
    if wrong or not asked:
        raise InputError(
            f"depths={','.join(map(str, asked)) or 'none'}: the model has 1 to {layers} layers."
        )
    return tuple(sorted(set(asked)))
