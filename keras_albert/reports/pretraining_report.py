"""One HTML page about a pretrained model, made from its run's log and its evaluation."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.errors import InputError
from keras_albert.reports import charts
from keras_albert.reports.templates import template

EVALUATION_FILE = "evaluation.json"
LOG_FILE = "metrics.jsonl"
HEADS = {"masked_tokens": "masked tokens", "sentence_order": "sentence order"}


def write_pretraining_report(
    run: str | Path, output: str | Path | None = None, *, beside: Sequence[str | Path] = ()
) -> dict[str, Any]:
    """Writes a self-contained page: losses, accuracies beside chance, both against depth.

    Args:
        run: a pretraining run's folder with the `evaluation.json` that `keras-albert evaluate`
            writes there, or a folder with that file alone.
        output: the page; by default `report.html` in the folder.
        beside: folders of models that were trained with so many layers and evaluated on the same
            data, to stand beside the curve against depth.

    Returns:
        {"report": the page's path, "kind": "pretrained", "examples": pairs that were measured}.

    Raises:
        InputError: there is no evaluation, it has no depths where models are to stand beside them,
            or one of these was measured on other data.
    """
    run = Path(run)
    evaluation = read_evaluation(run)
    points = evaluation.get("depths") or []
    if beside and not points:
        raise InputError(
            f"There is no curve to stand beside: {run / EVALUATION_FILE} has no depths. Make it "
            "with `keras-albert evaluate --depths all`."
        )
    others = sorted(_layers_and_figures(Path(folder), evaluation) for folder in beside)
    log = run / LOG_FILE
    page = template("pretrained.html.j2").render(
        run=str(run),
        evaluation=evaluation,
        heads=HEADS,
        losses=charts.losses(_lines(log)) if log.is_file() else None,
        depth_charts={
            name: charts.depth_curve(
                [{"depth": point["depth"], **point[name]} for point in points],
                "accuracy",
                [(layers, figures[name]) for layers, figures in others],
            )
            for name in (HEADS if points else ())
        },
        depth_rows=[{**point, "beside": dict(others).get(point["depth"])} for point in points],
        depth_beside=bool(others),
    )
    path = Path(output) if output is not None else run / "report.html"
    with files.write_aside(path) as aside:
        aside.write_text(page, "utf-8")
    return {"report": str(path), "kind": "pretrained", "examples": evaluation["instances"]}


def read_evaluation(folder: Path) -> dict[str, Any]:
    """What `keras-albert evaluate` wrote of a pretrained model.

    Raises:
        InputError: there is no such file, or it is another's.
    """
    file = folder / EVALUATION_FILE
    found = files.read_json(file)
    # The command line writes the result beside what was asked for.
    found = found.get("result", found) if isinstance(found, dict) else {}
    if not {*HEADS, "instances", "settings"} <= set(found):
        raise InputError(
            f"{file} is not an evaluation of a pretrained model; `keras-albert evaluate` makes it."
        )
    return dict(found)


def _layers_and_figures(
    folder: Path, evaluation: Mapping[str, Any]
) -> tuple[int, dict[str, float]]:
    found = read_evaluation(folder)
    same = ("data", "sequence_length", "max_predictions", "seed")
    different = [k for k in same if found["settings"].get(k) != evaluation["settings"].get(k)]
    if "layers" not in found or different:
        raise InputError(
            f"{folder / EVALUATION_FILE} cannot stand beside the run's: "
            + (f"another {', '.join(different)}." if different else "it has no layers.")
        )
    return int(found["layers"]), {name: float(found[name]["accuracy"]) for name in HEADS}


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = []
    for line in path.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break  # cut short, because its writer was killed
    return lines
