"""The cheapest threshold that costs no more quality than was said."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.benchmarks import SETTINGS_FILE, restore
from keras_albert.benchmarks.columns import ReadingOptions
from keras_albert.errors import InputError
from keras_albert.files import read_json
from keras_albert.inference.early_exit.exit_rule import CRITERIA, ExitRule, sureness
from keras_albert.inference.early_exit.row_answers import RowAnswers
from keras_albert.inference.results import Problem
from keras_albert.models.presets.from_preset import preset_folder
from keras_albert.models.saved_task import SavedTask

# Thresholds tried a criterion; they lie where the rows' own sureness lies.
CANDIDATES = 100


def tune_exit(
    model: str | Path,
    data: str | Path,
    *,
    loss: float = 0.01,
    criteria: Sequence[str] = CRITERIA,
    batch_size: int = 32,
    reading: ReadingOptions | None = None,
) -> dict[str, Any]:
    """Finds when rows may leave a fine-tuned model early, and saves it beside the model.

    The validation examples are answered at all depths in one pass; then every threshold is tried on
    these answers. Of those whose main metric is at least (1 - loss) times the full depth's, the one
    with the least mean depth is saved as `exit.json` in the model's folder.

    Args:
        model: a fine-tuning's folder or its `model/`.
        data: labelled examples in the task's format that the model was not trained on.
        loss: the share of the main metric that may be lost: 0.01 is "at most 1% fewer right".
        criteria: which of `CRITERIA` to try.
        batch_size: rows a step.
        reading: how the file is to be read; names of columns are by default those the model was
            fine-tuned with.

    Returns:
        {"criterion", "threshold", "min_depth", "margin", "metric", "full_depth", "at_exit",
        "mean_depth", "layers", "n", "loss", "saved", "curve": [{"criterion", "threshold",
        "mean_depth", the metric}, ...]}.

    Raises:
        InputError: the model was not fine-tuned, gives no single answer a row, or the data cannot
            be read.
    """
    folder = Path(preset_folder(model, download=False) or model)
    if not (folder / SETTINGS_FILE).is_file():
        raise InputError(f"{model} was not fine-tuned by `keras-albert finetune`.")
    if not 0 <= loss < 1:
        raise InputError(f"loss={loss} is not a share from 0 to below 1.")
    task = restore(read_json(folder / SETTINGS_FILE))
    task.reading = task.reading.changed(reading)
    keras_task = SavedTask.load(folder).task
    answers = RowAnswers.of(keras_task)
    examples = task.read(data)
    encoded = task.encode(keras_task, examples)
    layers = keras_task.backbone.num_layers
    # The arrays are encoded already, so they are batched as they are.
    scores = keras_task.predict(
        encoded.x, batch_size=batch_size, depth=tuple(range(1, layers + 1)), verbose=0
    )

    def metric(outputs: np.ndarray) -> float:
        return task.metrics(examples, task.decode(keras_task, examples, encoded, outputs))[
            task.main_metric
        ]

    rule, found = cheapest_rule(np.stack(scores), answers, metric, loss, criteria)
    found |= {"metric": task.main_metric, "n": len(examples), "loss": loss, "data": str(data)}
    tuned = {key: value for key, value in found.items() if key != "curve"}
    rule.save(folder, tuned)
    return {
        "criterion": rule.criterion,
        "threshold": rule.threshold,
        "min_depth": rule.min_depth,
        "margin": rule.margin,
        **found,
        "saved": str(folder),
    }


def cheapest_rule(
    scores: np.ndarray,
    answers: RowAnswers,
    metric: Callable[[np.ndarray], float],
    loss: float,
    criteria: Sequence[str] = CRITERIA,
) -> tuple[ExitRule, dict[str, Any]]:
    """Tries thresholds on answers that are there.

    Args:
        scores: (L, N, C), the rows' answers after each layer.
        answers: what they are.
        metric: of (N, C); greater is better.
        loss: the share of it that may be lost.
        criteria: which to try.

    Returns:
        The rule, which lets no row leave early where every threshold loses too much, and
        {"full_depth", "at_exit", "mean_depth", "layers", "curve"}.
    """
    layers = len(scores)
    full = metric(scores[-1])
    least = full - loss * abs(full)
    best = ExitRule(min_depth=layers)
    best_depth, best_metric, curve = float(layers), full, []
    for rule in candidates(scores, answers, criteria):
        left, depths = simulate(rule, scores, answers)
        value, mean_depth = metric(left), float(depths.mean())
        curve.append(
            {
                "criterion": rule.criterion,
                "threshold": rule.threshold,
                "mean_depth": mean_depth,
                "metric": value,
            }
        )
        if value >= least and (mean_depth, -value) < (best_depth, -best_metric):
            best, best_depth, best_metric = rule, mean_depth, value
    return best, {
        "full_depth": full,
        "at_exit": best_metric,
        "mean_depth": best_depth,
        "layers": layers,
        "curve": curve,
    }


def candidates(
    scores: np.ndarray, answers: RowAnswers, criteria: Sequence[str] = CRITERIA
) -> list[ExitRule]:
    """Rules to try: thresholds where the rows' own sureness lies; every patience.

    Args:
        scores: (L, N, C).
        answers: what they are.
        criteria: which to try; of a regression's numbers, patience alone.
    """
    rules = []
    for criterion in criteria:
        if criterion == "patience":
            rules += [ExitRule(criterion, patience) for patience in range(1, len(scores))]
            continue
        if answers.problem == "regression":
            continue
        early = scores[:-1].reshape(-1, scores.shape[-1])
        sure = sureness(criterion, answers.problem, early, answers.are_probabilities)
        values = np.unique(np.quantile(sure, np.linspace(0, 1, CANDIDATES), method="nearest"))
        rules += [ExitRule(criterion, float(value)) for value in np.clip(values, 0, 1)]
    if answers.problem == "regression":
        spread = float(scores[-1].std()) or 1.0
        rules = [
            ExitRule("patience", rule.threshold, margin=share * spread)
            for rule in rules
            for share in (0.01, 0.03, 0.1, 0.3)
        ]
    return rules


def simulate(
    rule: ExitRule, scores: np.ndarray, answers: RowAnswers
) -> tuple[np.ndarray, np.ndarray]:
    """What early exit would give.

    Args:
        rule: when a row leaves.
        scores: (L, N, C), the rows' answers after each layer.
        answers: what they are.

    Returns:
        (N, C), each row's answer at the depth where it leaves, and (N,), these depths.
    """
    layers, rows = len(scores), scores.shape[1]
    depths = np.full(rows, layers)
    memory: dict[str, np.ndarray] | None = None
    problem: Problem = answers.problem
    for layer in range(layers - 1):
        leaves, memory = rule.leaving(
            *(problem, scores[layer], memory, layer + 1),
            are_probabilities=answers.are_probabilities,
        )
        depths = np.where(leaves & (depths == layers), layer + 1, depths)
    return scores[depths - 1, np.arange(rows)], depths
