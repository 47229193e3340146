"""What a person sees: progress on standard error, the result as JSON on standard output."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LOG_SECONDS = 30


def status_console() -> Console:
    """Standard error, so that standard output holds nothing but the result."""
    return Console(stderr=True, highlight=False)


def say(line: str) -> None:
    """A line for people, on standard error."""
    status_console().print(line, markup=False, soft_wrap=True)


def show_result(result: Any) -> None:
    """Prints a result as JSON on standard output."""
    print(json.dumps(result, indent=2, ensure_ascii=False))


def show_answers(answers: Iterable[Any]) -> None:
    """Prints answers as JSON lines on standard output, each as soon as it is there."""
    for answer in answers:
        print(json.dumps(answer, ensure_ascii=False), flush=True)


@contextlib.contextmanager
def counting(title: str) -> Iterator[Callable[[str], None]]:
    """Progress towards an unknown end.

    Args:
        title: what is going on.

    Yields:
        A function that takes what has been counted so far, as text.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=status_console()) as progress:
        task = progress.add_task(title)
        yield lambda text: progress.update(task, description=f"{title}: {text}")


@contextlib.contextmanager
def stepping(title: str) -> Iterator[Callable[[int, int, Mapping[str, float]], None]]:
    """Progress over a known number of steps.

    Args:
        title: what is going on.

    Yields:
        A function of (step, steps in all, latest metrics).
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[metrics]}"),
    )
    with Progress(*columns, console=status_console()) as progress:
        task = progress.add_task(title, total=None, metrics="")

        said = time.monotonic()

        def update(step: int, total: int, metrics: Mapping[str, float]) -> None:
            nonlocal said
            progress.update(task, completed=step, total=total, metrics=_short(metrics))
            # In a log file there is no bar to look at: a line now and then.
            if not progress.console.is_terminal and time.monotonic() - said > LOG_SECONDS:
                said = time.monotonic()
                say(f"{title}: {step} of {total} {_short(metrics)}")

        yield update


def _short(metrics: Mapping[str, float]) -> str:
    """The loss and the accuracies on one line.

    >>> _short({"loss": 1.23456, "masked_tokens_accuracy": 0.5, "learning_rate": 1e-3})
    'loss 1.235, masked tokens 0.500'
    """
    wanted = {k: v for k, v in metrics.items() if k == "loss" or k.endswith("accuracy")}
    names = {k: k.removesuffix("_accuracy").replace("_", " ") for k in wanted}
    return ", ".join(f"{names[k]} {value:.3f}" for k, value in wanted.items())
