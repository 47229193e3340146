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
        predictions: the validation answers of an epoch, with "gold" and "prediction", and
            "correct", "words" or "start" where their task has them.
        chance: {"accuracy", "how"} of the best constant answer; None where there is none, or where
            classes are weighted, so that the commonest answer is not what training aims at.
        loss: of the last epoch in training.
    """
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    if predictions and all("words" in row and "gold" in row for row in predictions):
        given, wanted = (
            {tag for row in predictions for tag in row[key]} for key in ("prediction", "gold")
        )
        if len(given) == 1 and len(wanted) > 1:
            return f"it gives every word the tag {next(iter(given))!r}"
        return None
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
    # Passages differ, and so do the texts at one place in all of them.
    starts = {row.get("start") for row in predictions}
    passages = {row.get("context") for row in predictions if row.get("start") is not None}
    if len(starts) == 1 and len(passages) > 2:
        return f"its answers begin at character {next(iter(starts))} of every passage"
    if chance is not None and all("correct" in row for row in predictions):
        accuracy = sum(bool(row["correct"]) for row in predictions) / len(predictions)
        if accuracy <= chance["accuracy"] and not same_gold:
            return f"its accuracy {accuracy:.3f} is not above {chance['how']}: " + (
                f"{chance['accuracy']:.3f}"
            )
    return None


def _comparable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
