"""The page of results: numbers in, one self-contained HTML file out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import markupsafe
from matplotlib.figure import Figure

from keras_albert.files import write_aside
from keras_albert.reports import charts


def write_page(path: Path, results: Mapping[str, Any]) -> None:
    """Fills the template beside this file."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,  # a figure that is missing is an error, not a blank
    )
    page = environment.get_template("page.html.j2").render(**results)
    with write_aside(path) as aside:
        aside.write_text(page, "utf-8")


def loss_curves(metrics: Sequence[Mapping[str, Any]]) -> markupsafe.Markup:
    """Both losses and both accuracies of a pretraining run against its steps."""
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    panels = figure.subplots(1, 3)
    steps = [line["step"] for line in metrics]
    for axes, title, names in (
        (panels[0], "masked-token loss, nats", ["masked_tokens_loss"]),
        (panels[1], "sentence-order loss, nats", ["sentence_order_loss"]),
        (
            panels[2],
            "accuracy while training",
            ["masked_tokens_accuracy", "sentence_order_accuracy"],
        ),
    ):
        for name in names:
            label = name.removesuffix("_accuracy").replace("_", " ")
            axes.plot(steps, [line[name] for line in metrics], linewidth=1, label=label)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("update", fontsize=9)
        axes.grid(alpha=0.3)
    panels[1].axhline(0.6931, color="gray", linestyle=":", linewidth=1)  # ln 2: a coin
    panels[2].legend(fontsize=8)
    return charts.svg(figure)


def dots(rows: Sequence[Mapping[str, Any]], chance: float) -> markupsafe.Markup:
    """One dot a seed, a line at each mean, a dotted line at chance."""
    figure = Figure(figsize=(9, 0.9 + 0.5 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for height, row in enumerate(reversed(rows)):
        axes.plot(row["values"], [height] * len(row["values"]), "o", alpha=0.7)
        axes.plot([row["mean"]] * 2, [height - 0.25, height + 0.25], color="black")
    axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.axvline(chance, color="gray", linestyle=":")
    axes.set_xlabel("accuracy on paragraphs of held-out pages (dotted: most frequent part)")
    axes.grid(alpha=0.3, axis="x")
    return charts.svg(figure)
