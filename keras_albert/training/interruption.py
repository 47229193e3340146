"""Ctrl-C and SIGTERM as a request to stop after the step at hand."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Interruption:
    """Whether a stop was asked for.

    Attributes:
        requested: true after the first Ctrl-C or SIGTERM.
    """

    def __init__(self) -> None:
        self.requested = False


@contextlib.contextmanager
def interruption() -> Iterator[Interruption]:
    """Within it, the first Ctrl-C or SIGTERM sets a flag; a second one acts as it always does.

    A step is not cut in the middle: on JAX its buffers are handed over to the step, so that
    nothing could be saved then. Python delivers signals to the main thread alone: in any other
    thread the flag stays down.
    """
    state = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before: dict[int, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def request(number: int, frame: Any) -> None:
        state.requested = True
        restore()

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, request)
    try:
        yield state
    finally:
        restore()
