"""Charts as SVG inside a page."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import markupsafe
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure


def svg(figure: Figure) -> markupsafe.Markup:
    """A figure as an `<svg>` element, without the lines a file of its own would begin with."""
    buffer = io.StringIO()
    FigureCanvasSVG(figure).print_svg(buffer)
    text = buffer.getvalue()
    return markupsafe.Markup(text[text.index("<svg") :])


def learning_curves(seeds: Sequence[Mapping[str, Any]], main_metric: str) -> markupsafe.Markup:
    """Loss in training and in validation, and the main metric, epoch by epoch.

    Args:
        seeds: one mapping a seed, with "seed" and "epochs", each with "epoch", "train_loss", the
            main metric and, where it was measured, "loss".
        main_metric: its name.
    """
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    losses, measured = figure.subplots(1, 2)
    for number, run in enumerate(seeds):
        epochs = [epoch["epoch"] for epoch in run["epochs"]]
        style: Any = {"color": f"C{number % 10}", "marker": "o", "markersize": 3}
        name = f"seed {run['seed']}"
        losses.plot(epochs, [e["train_loss"] for e in run["epochs"]], label=name, **style)
        if all("loss" in epoch for epoch in run["epochs"]):
            losses.plot(epochs, [e["loss"] for e in run["epochs"]], linestyle="--", **style)
        measured.plot(epochs, [e[main_metric] for e in run["epochs"]], label=name, **style)
    losses.set_title("loss: training, and validation dashed", fontsize=10)
    measured.set_title(f"{main_metric.replace('_', ' ')} in validation", fontsize=10)
    for axes in (losses, measured):
        axes.set_xlabel("epoch", fontsize=9)
        axes.xaxis.get_major_locator().set_params(integer=True)
        # An epoch by itself would get ticks at fractions of one.
        axes.set_xlim(0.5, 0.5 + max(len(run["epochs"]) for run in seeds))
        axes.grid(alpha=0.3)
    measured.legend(fontsize=8)
    return svg(figure)


def losses(lines: Sequence[Mapping[str, Any]]) -> markupsafe.Markup:
    """Every loss of a pretraining run against its step.

    Args:
        lines: of its log, each with "step" and the means since the line before.
    """
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    axes: Any = figure.subplots()
    for name in sorted({name for line in lines for name in line if name.endswith("loss")}):
        points = [(line["step"], line[name]) for line in lines if line.get(name) is not None]
        axes.plot(*zip(*points, strict=True), label=name.replace("_", " "), linewidth=1)
    axes.set_xlabel("step", fontsize=9)
    axes.set_ylabel("loss, nats", fontsize=9)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    return svg(figure)


def depth_curve(
    points: Sequence[Mapping[str, Any]],
    main_metric: str,
    beside: Sequence[tuple[int, float]] = (),
) -> markupsafe.Markup:
    """The main metric after so many layers.

    Args:
        points: ascending, each with "depth", the metric and, where it was counted, "interval".
        main_metric: its name.
        beside: (layers, metric) of models that were trained with so many layers.
    """
    figure = Figure(figsize=(6, 3.4), layout="constrained")
    axes: Any = figure.subplots()
    depths = [point["depth"] for point in points]
    if main_metric == "accuracy" and all("interval" in point for point in points):
        low, high = ([point["interval"][end] for point in points] for end in (0, 1))
        axes.fill_between(depths, low, high, alpha=0.15, linewidth=0)
    values = [point[main_metric] for point in points]
    axes.plot(depths, values, marker="o", markersize=4, label="this model, read after so many")
    if beside:
        layers, measured = zip(*sorted(beside), strict=True)
        axes.plot(layers, measured, "s", color="C1", markersize=5, label="trained with so many")
        axes.legend(fontsize=8)
    axes.set_xlabel("layers", fontsize=9)
    axes.set_ylabel(f"{main_metric.replace('_', ' ')}", fontsize=9)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    return svg(figure)


def calibration_curve(bins: Sequence[Mapping[str, float]]) -> markupsafe.Markup:
    """How often answers of a confidence are right.

    Args:
        bins: each with "confidence" and "accuracy" (means), and "count".
    """
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes, counts = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    axes.plot([0, 1], [0, 1], color="gray", linestyle=":")
    confidences = [row["confidence"] for row in bins]
    axes.plot(confidences, [row["accuracy"] for row in bins], marker="o")
    axes.set_ylabel("right", fontsize=9)
    axes.set_ylim(-0.03, 1.03)
    counts.bar(confidences, [row["count"] for row in bins], width=0.04)
    counts.set_ylabel("answers", fontsize=9)
    counts.set_xlabel("probability given to the answer", fontsize=9)
    axes.grid(alpha=0.3)
    return svg(figure)


def scatter(gold: Sequence[float], predicted: Sequence[float]) -> markupsafe.Markup:
    """Predicted numbers against those in the file."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    ends = [min(*gold, *predicted), max(*gold, *predicted)]
    axes.plot(ends, ends, color="gray", linestyle=":")
    axes.plot(gold, predicted, "o", markersize=3, alpha=0.5)
    axes.set_xlabel("in the file", fontsize=9)
    axes.set_ylabel("predicted", fontsize=9)
    axes.grid(alpha=0.3)
    return svg(figure)
