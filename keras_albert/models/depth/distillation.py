"""How far the answers of a shallow depth are from those of the full one."""

from typing import Any, Literal

from keras import ops

Kind = Literal["classes", "labels", "values"]
# Keeps an average over nothing at 0, as the masked-token loss does.
EPSILON = 1e-5


def divergence(
    kind: Kind, teacher: Any, student: Any, temperature: float = 1.0, sample_weight: Any = None
) -> Any:
    """The mean distance of a student's outputs from a teacher's, which get no gradient.

    Hinton et al. 2015, "Distilling the Knowledge in a Neural Network", section 2: the
    Kullback-Leibler divergence of the answers at a temperature T, times T squared, so that the
    gradients' size does not depend on it.

    Args:
        kind: "classes", logits of which one is right, along the last axis; "labels", logits each of
            which is right or wrong by itself; "values", numbers, whose squared difference it is.
        teacher: (B, ..., C).
        student: of the same shape.
        temperature: T, above 0; of no use for values.
        sample_weight: (B, ...), of the axes before the last, or of fewer; None for all alike.

    Returns:
        A scalar: in nats, or the unit of the values squared.
    """
    teacher = ops.stop_gradient(ops.cast(teacher, "float32"))
    student = ops.cast(student, "float32")
    if kind == "classes":
        distance = _classes(teacher / temperature, student / temperature) * temperature**2
    elif kind == "labels":
        distance = _labels(teacher / temperature, student / temperature) * temperature**2
    else:
        distance = ops.mean(ops.square(teacher - student), axis=-1)
    if sample_weight is None:
        return ops.mean(distance)
    weight = ops.cast(sample_weight, "float32")
    while len(weight.shape) < len(distance.shape):
        weight = ops.expand_dims(weight, axis=-1)
    weight = weight * ops.ones_like(distance)
    return ops.sum(weight * distance) / (ops.sum(weight) + EPSILON)


def _classes(teacher: Any, student: Any) -> Any:
    """(B, ..., C) -> (B, ...), in nats."""
    teacher, student = ops.log_softmax(teacher, axis=-1), ops.log_softmax(student, axis=-1)
    return ops.sum(ops.exp(teacher) * (teacher - student), axis=-1)


def _labels(teacher: Any, student: Any) -> Any:
    """(B, ..., C) -> (B, ...), the mean over the labels, in nats."""
    right, wrong = ops.sigmoid(teacher), ops.sigmoid(-teacher)
    distance = right * (ops.log_sigmoid(teacher) - ops.log_sigmoid(student)) + wrong * (
        ops.log_sigmoid(-teacher) - ops.log_sigmoid(-student)
    )
    return ops.mean(distance, axis=-1)
