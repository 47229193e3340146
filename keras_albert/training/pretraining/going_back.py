"""Going on from an earlier checkpoint, or at another rate: for a run that blew up.

A run repeats itself bit for bit, so that one whose loss was lost at a step loses it there again
unless something is changed. What was changed stands in RUN/changes.json and holds from then on.
"""

import datetime
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.errors import InputError
from keras_albert.training.checkpoints import Checkpoint, Checkpoints

CHANGES_FILE = "changes.json"


def read_changes(run: Path) -> list[dict[str, Any]]:
    """What was changed in a run, in order: {"from_step", "rate_factor", "newest_step", "time"}.

    Raises:
        InputError: the file is not what was written.
    """
    path = run / CHANGES_FILE
    if not path.is_file():
        return []
    changes = files.read_json(path)
    try:
        return [
            {**change, "from_step": int(change["from_step"]), "rate_factor": float(factor)}
            for change in changes
            for factor in [change["rate_factor"]]
        ]
    except (TypeError, KeyError, ValueError):
        raise InputError(
            f'{path} is damaged: expected a list of {{"from_step", "rate_factor"}}. Remove it to '
            "go on at the recipe's learning rate."
        ) from None


def go_back(
    run: Path,
    checkpoints: Checkpoints,
    newest: Checkpoint | None,
    from_step: int | None,
    rate_factor: float | None,
    message: Callable[[str], None],
) -> tuple[Checkpoint | None, float]:
    """Puts a run where it is to go on, and writes down what is changed.

    Asked for the change that was made last, it changes nothing: the command that made it goes on,
    after a stop, from the newest checkpoint.

    Args:
        run: its folder.
        checkpoints: the run's; those after `from_step` are removed, and RUN/model with them.
        newest: the newest of them.
        from_step: the checkpoint to go on from, 0 for the beginning; None for the newest.
        rate_factor: what the recipe's learning rate is multiplied by from there on; None leaves it
            as it is.
        message: is told what is changed.

    Returns:
        The checkpoint to go on from, None for the beginning, and the factor.

    Raises:
        InputError: there is no such checkpoint, or the factor is not a positive number.
    """
    if rate_factor is not None and not (math.isfinite(rate_factor) and rate_factor > 0):
        raise InputError(f"rate_factor={rate_factor} is not a positive number, such as 0.5.")
    changes = read_changes(run)
    current = changes[-1]["rate_factor"] if changes else 1.0
    factor = current if rate_factor is None else float(rate_factor)
    made = changes[-1]["from_step"] if changes else None
    if factor == current and from_step in (None, made):
        return newest, current
    newest_step = newest.step if newest else 0
    step = newest_step if from_step is None else from_step
    if step == newest_step:
        checkpoint = newest
    else:
        checkpoint = checkpoints.at(step) if step else None
        checkpoints.remove_after(step)
        shutil.rmtree(run / "model", ignore_errors=True)
    change = {
        "from_step": step,
        "rate_factor": factor,
        "newest_step": newest_step,
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    run.mkdir(parents=True, exist_ok=True)
    files.write_json(run / CHANGES_FILE, [*changes, change])
    gone = (
        f" What came after it, up to step {newest_step}, is removed." if step < newest_step else ""
    )
    message(
        f"From step {step} on, the learning rate is {factor:g} times the recipe's.{gone} "
        f"{run / CHANGES_FILE} says so."
    )
    return checkpoint, factor


def advice(steps: list[int], factor: float) -> str:
    """How to go on with a run that blew up.

    Args:
        steps: of the checkpoints there are.
        factor: on the rate so far.

    >>> advice([], 1.0)
    'The same command with --from-step 0 --rate-factor 0.5 begins again at a lower learning rate.'
    """
    lower = f"{factor / 2:g}"
    if not steps:
        return (
            f"The same command with --from-step 0 --rate-factor {lower} begins again at a lower "
            "learning rate."
        )
    earlier = " or ".join(f"--from-step {step}" for step in [*steps[:-1], 0])
    return (
        f"The same command with --rate-factor {lower} goes on from the newest checkpoint, step "
        f"{steps[-1]}, at a lower learning rate; with {earlier} as well, from before it."
    )
