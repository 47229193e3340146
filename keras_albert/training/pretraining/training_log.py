"""metrics.jsonl, TensorBoard and loss.png of one run."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keras_albert import files
from keras_albert.training.pretraining.event_log import EventLog


class TrainingLog:
    """Writes a run's measurements as they come: RUN/metrics.jsonl and RUN/tensorboard/.

    Args:
        run: the run's folder.
        step: the step the run goes on from; lines of later steps, which a killed process wrote
            after its last checkpoint, are dropped.
    """

    def __init__(self, run: str | Path, step: int = 0) -> None:
        self.run = Path(run)
        self.path = self.run / "metrics.jsonl"
        kept = [line for line in read_metrics(self.path) if line["step"] <= step]
        with files.write_aside(self.path) as aside:
            aside.write_text("".join(json.dumps(line) + "\n" for line in kept), "utf-8")
        self._events = EventLog(self.run / "tensorboard", step + 1)

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Adds the values measured at `step`; a value that is not finite becomes null."""
        finite = {k: v if math.isfinite(v) else None for k, v in values.items()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **finite}) + "\n")
        self._events.write(step, values)

    def close(self) -> None:
        """Closes the event file and draws RUN/loss.png."""
        self._events.close()
        draw_losses(read_metrics(self.path), self.run / "loss.png")


def read_metrics(path: str | Path) -> list[dict[str, Any]]:
    """The lines of a metrics.jsonl; none where there is no file.

    A last line that is cut short, because its writer was killed, is left out.
    """
    path = Path(path)
    if not path.exists():
        return []
    lines = []
    for line in path.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return lines


def draw_losses(metrics: Sequence[Mapping[str, Any]], path: str | Path) -> None:
    """Draws every "...loss" of a metrics.jsonl against the step, as a PNG."""
    # The object interface, not pyplot: it needs no display and leaves no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = sorted({name for line in metrics for name in line if name.endswith("loss")})
    for name in names:
        points = [(m["step"], m[name]) for m in metrics if m.get(name) is not None]
        axes.plot(*zip(*points, strict=True), label=name.replace("_", " "), linewidth=1)
    axes.set_xlabel("step")
    axes.set_ylabel("loss, nats")
    axes.grid(alpha=0.3)
    if names:
        axes.legend()
    with files.write_aside(path) as aside:
        figure.savefig(aside, format="png", dpi=150)
