"""One HTML page about a fine-tuned model, made from the files its fine-tuning left."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.errors import InputError
from keras_albert.reports import charts
from keras_albert.reports.classes import calibration, confusions, most_confused, per_class
from keras_albert.reports.passages import marked_passage
from keras_albert.reports.templates import template

METRICS_FILE = "metrics.json"
PREDICTIONS_FILE = "predictions.jsonl"
# A matrix with more classes than this is no longer read; the commonest mistakes are listed.
MOST_CLASSES = 24


def write_report(
    run: str | Path,
    output: str | Path | None = None,
    *,
    examples: int = 20,
    beside: Sequence[str | Path] = (),
) -> dict[str, Any]:
    """Writes a self-contained page: metrics, curves, confusions, calibration, worst examples.

    Args:
        run: a folder that fine-tuning or evaluation made, with `metrics.json` and
            `predictions.jsonl`.
        output: the page; by default `report.html` in the folder.
        examples: how many of the worst examples to show.
        beside: folders of the same kind of models that were trained with so many layers, to stand
            beside this one's curve of quality against depth.

    Returns:
        {"report": the page's path, "kind", "examples"}: what was written.

    Raises:
        InputError: a file is missing or is not what fine-tuning writes.
    """
    run = Path(run)
    metrics = files.read_json(run / METRICS_FILE)
    if not isinstance(metrics, dict) or "metrics" not in metrics or "task" not in metrics:
        raise InputError(
            f"{run / METRICS_FILE} holds no result of a task; a report is made from the folder "
            "that `keras-albert finetune` or `keras-albert evaluate` with a fine-tuned model made."
        )
    predictions = read_predictions(run / PREDICTIONS_FILE)
    versions = run / "versions.json"
    kind = kind_of(predictions[0]) if predictions else "none"
    page = template("page.html.j2").render(
        result=metrics,
        kind=kind,
        curves=_curves(metrics),
        **_by_depth(metrics, beside),
        versions=files.read_json(versions) if versions.is_file() else None,
        count=len(predictions),
        # Answers without gold labels cannot be judged.
        **(_judged(kind, predictions, metrics, examples) if _has_gold(predictions) else {}),
    )
    path = Path(output) if output is not None else run / "report.html"
    with files.write_aside(path) as aside:
        aside.write_text(page, "utf-8")
    return {"report": str(path), "kind": kind, "examples": len(predictions)}


def read_predictions(path: Path) -> list[dict[str, Any]]:
    """The lines of `predictions.jsonl`.

    Raises:
        InputError: the file is missing, or a line is no JSON object.
    """
    if not path.is_file():
        raise InputError(f"{path} does not exist: the folder is not one that fine-tuning made.")
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"{path}:{number}: not JSON: {error.msg}.") from error
            if not isinstance(row, dict) or "prediction" not in row:
                raise InputError(f'{path}:{number}: expected an object with "prediction".')
            rows.append(row)
    return rows


def kind_of(prediction: Mapping[str, Any]) -> str:
    """What an answer is, by its keys: a "choice", a "question"'s, "tokens", "labels", "classes" or
    a "number".
    """
    for key, kind in (("options", "choice"), ("context", "question"), ("words", "tokens")):
        if key in prediction:
            return kind
    if isinstance(prediction["prediction"], list):
        return "labels"
    return "classes" if "probabilities" in prediction else "number"


def _has_gold(predictions: Sequence[Mapping[str, Any]]) -> bool:
    return bool(predictions) and predictions[0].get("gold") is not None


def _judged(
    kind: str, predictions: list[dict[str, Any]], metrics: Mapping[str, Any], examples: int
) -> dict[str, Any]:
    """What the page shows about answers of each kind, the worst first."""
    if kind in ("classes", "choice"):
        shown = _confidence(predictions)
        if kind == "classes":
            labels = _labels(predictions, metrics)
            shown["per_class"] = per_class(predictions, labels)
            if len(labels) <= MOST_CLASSES:
                shown["confusions"] = confusions(predictions, labels)
            shown["most_confused"] = most_confused(predictions)
        wrong = [row for row in predictions if not row["correct"]]
        shown["worst"] = sorted(wrong, key=lambda row: -row.get("loss", 0.0))[:examples]
        return shown
    if kind == "labels":
        wrong = [row for row in predictions if set(row["gold"]) != set(row["prediction"])]
        wrong.sort(key=lambda row: -len(set(row["gold"]) ^ set(row["prediction"])))
        labels = _labels(predictions, metrics)
        return {
            **_label_confidence(predictions, labels),
            "per_class": per_class(predictions, labels),
            "worst": wrong[:examples],
        }
    if kind == "number":
        gold, predicted = ([float(r[key]) for r in predictions] for key in ("gold", "prediction"))
        wrong = sorted(predictions, key=lambda row: -abs(row["gold"] - row["prediction"]))
        return {"scatter": charts.scatter(gold, predicted), "worst": wrong[:examples]}
    if kind == "tokens":
        return _tokens(predictions, examples)
    ranked = sorted(predictions, key=lambda row: (row["f1"], -(row.get("score") or 0.0)))
    right = [row for row in reversed(ranked) if row["exact"]]
    return {
        "worst": [{**row, "passage": marked_passage(row)} for row in ranked[:examples]],
        "best": [{**row, "passage": marked_passage(row)} for row in right[: examples // 4]],
    }


def _confidence(predictions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    confidences = []
    for row in predictions:
        probabilities = row["probabilities"]
        confidences.append(probabilities[row["prediction"]])
    return _calibrated(confidences, [row["correct"] for row in predictions])


def _label_confidence(
    predictions: Sequence[Mapping[str, Any]], labels: Sequence[str]
) -> dict[str, Any]:
    """Of each label of each text: that it is there, or that it is not, as was answered."""
    confidences, correct = [], []
    for row in predictions:
        for label in labels:
            given, p = label in row["prediction"], row["probabilities"][label]
            confidences.append(p if given else 1.0 - p)
            correct.append(given == (label in row["gold"]))
    return _calibrated(confidences, correct)


def _calibrated(confidences: Sequence[float], correct: Sequence[bool]) -> dict[str, Any]:
    measured = calibration(confidences, correct)
    return {
        "calibration": measured,
        "calibration_chart": charts.calibration_curve(measured["bins"]),
    }


def _tokens(predictions: Sequence[Mapping[str, Any]], examples: int) -> dict[str, Any]:
    """Per tag, and the sentences with most tags wrong."""
    pairs = [
        {"gold": gold, "prediction": tag}
        for row in predictions
        for gold, tag in zip(row["gold"], row["prediction"], strict=True)
    ]
    labels = sorted({pair[key] for pair in pairs for key in ("gold", "prediction")})
    worst = sorted(predictions, key=lambda row: -_wrong_tags(row))
    scores = [score for row in predictions for score in row["scores"]]
    return {
        **_calibrated(scores, [pair["gold"] == pair["prediction"] for pair in pairs]),
        "per_class": per_class(pairs, labels),
        "confusions": confusions(pairs, labels) if len(labels) <= MOST_CLASSES else None,
        "most_confused": most_confused(pairs),
        "worst": [row for row in worst[:examples] if _wrong_tags(row)],
    }


def _wrong_tags(row: Mapping[str, Any]) -> int:
    return sum(a != b for a, b in zip(row["gold"], row["prediction"], strict=True))


def _labels(predictions: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> list[str]:
    return list(metrics.get("labels") or predictions[0]["probabilities"])


def _curves(metrics: Mapping[str, Any]) -> Any:
    seeds = [run for run in metrics.get("seeds", []) if run.get("epochs")]
    return charts.learning_curves(seeds, metrics["main_metric"]) if seeds else None


def _by_depth(metrics: Mapping[str, Any], beside: Sequence[str | Path]) -> dict[str, Any]:
    """Quality against depth: the chart, a row a depth, and models trained with so many layers."""
    points, main = metrics.get("depths"), metrics["main_metric"]
    if not points:
        if beside:
            raise InputError(
                "There is no curve to stand beside: the run has no depths. Make it with "
                "`keras-albert evaluate --depths all --output FOLDER`."
            )
        return {}
    others = {}
    for folder in beside:
        found = files.read_json(Path(folder) / METRICS_FILE)
        layers = found.get("layers") if isinstance(found, dict) else None
        if layers is None or main not in found.get("metrics", {}):
            raise InputError(
                f"{Path(folder) / METRICS_FILE} has no layers or no {main}; expected the folder of "
                "a fine-tuning or an evaluation on the same task."
            )
        others[int(layers)] = float(found["metrics"][main])
    rows = [{**point, "beside": others.get(point["depth"])} for point in points]
    chart = charts.depth_curve(points, main, sorted(others.items()))
    return {"depth_chart": chart, "depth_rows": rows, "depth_beside": bool(others)}
