"""Noticing a fine-tuning run that learned nothing.

ALBERT is fragile in fine-tuning: with an unlucky seed or too high a rate a run ends in the same
answer to everything, and nothing but its figures says so.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def collapse_reason(
    predictions: Sequence[Mapping[str, Any]], chance: Mapping[str, Any] | None, loss: float
) -> str | None:
    """Why a run counts as collapsed, or None.

    Args:
        predictions: the validation answers of its best epoch, with "prediction" and "correct".
        chance: {"accuracy", "how"} of the best constant answer, or None.
        loss: of the last epoch in training.
    """
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    answers = [_comparable(row.get("prediction")) for row in predictions]
    gold = [_comparable(row.get("gold")) for row in predictions]
    same_gold = len(set(gold)) < 2
    # The numbers of a regression never agree to the last bit.
    numbers = all(isinstance(answer, float) for answer in answers)
    if numbers and not same_gold and max(answers) - min(answers) < 1e-3 * (max(gold) - min(gold)):
        return f"it answers about {answers[0]:.3g} to everything"
    # A choice's answer is an index among options of its own: the same everywhere means nothing bad
    # until there are many.
    if len(answers) > 1 and len(set(answers)) == 1 and not same_gold and not numbers:
        return f"it answers {predictions[0]['prediction']!r} to everything"
    if chance is not None and all("correct" in row for row in predictions):
        accuracy = sum(bool(row["correct"]) for row in predictions) / len(predictions)
        if accuracy <= chance["accuracy"] and not same_gold:
            return f"its accuracy {accuracy:.3f} is not above {chance['how']}: " + (
                f"{chance['accuracy']:.3f}"
            )
    return None


def _comparable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
