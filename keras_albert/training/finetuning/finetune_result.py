"""What a fine-tuning's seeds came to, as metrics.json holds it."""

import math
import statistics
from collections import Counter
from collections.abc import Mapping
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.finetune_task import FinetuneTask


def is_better(run: Mapping[str, Any], earlier: Mapping[str, Any] | None, main: str) -> bool:
    """Whether a seed goes before the best so far: one that did not collapse before one that did."""
    if run.get(main) is None:
        return False
    if earlier is None:
        return True
    return (not run.get("collapsed"), run[main]) > (not earlier.get("collapsed"), earlier[main])


def result_of(
    task: FinetuneTask, runs: list[dict[str, Any]], best: Mapping[str, Any]
) -> dict[str, Any]:
    """What the seeds came to."""
    main = task.main_metric
    of_run = {"seed", "epochs", "best_epoch", "n", "correct", "interval", "collapsed", "threshold"}
    collapsed = [
        f"Seed {run['seed']} collapsed: {run['collapsed']}." for run in runs if run.get("collapsed")
    ]
    if best.get("collapsed"):
        collapsed.append(f"The saved model is that of seed {best['seed']}, which collapsed.")
    return {
        "main_metric": main,
        "metrics": {name: value for name, value in best.items() if name not in of_run},
        **{key: best[key] for key in ("accuracy", "correct", "n", "interval") if key in best},
        "best_seed": best["seed"],
        "best_epoch": best["best_epoch"],
        "best_epochs": _spread(main, [run.get(main) for run in runs]),
        "last_epoch": _spread(main, [run["epochs"][-1][main] for run in runs]),
        "collapsed": collapsed,
        "seeds": runs,
    }


def _spread(main: str, values: list[float | None]) -> dict[str, Any]:
    """Mean and standard deviation over the seeds that have a figure."""
    known = [value for value in values if value is not None]
    spread: dict[str, Any] = {
        "mean": statistics.fmean(known) if known else None,
        "standard_deviation": statistics.stdev(known) if len(known) > 1 else None,
        "values": values,
    }
    return {**spread, "accuracies": values} if main == "accuracy" else spread


def count_of(part: Examples) -> Any:
    """How many examples there are, of each label where they have one."""
    labels = [getattr(item, "label", None) for item in part.items]
    if not all(isinstance(label, str) for label in labels):
        return len(part)
    return dict(sorted(Counter(labels).items()))


def without_nan(value: Any) -> Any:
    """JSON has no NaN: numbers that are not finite become null."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
