"""TensorBoard event files, written without TensorFlow."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from keras_albert.errors import InputError


class EventLog:
    """Writes scalars that TensorBoard shows.

    Built on the record writer and the protocol buffers of the `tensorboard` package, neither of
    which loads TensorFlow; Keras's own callback does, on every backend.

    Args:
        folder: TensorBoard's log folder; a new event file is made in it.
        first_step: TensorBoard drops what earlier files say of this step and later ones: what a
            killed run had logged beyond its last checkpoint.

    Raises:
        InputError: tensorboard is not installed.
    """

    def __init__(self, folder: str | Path, first_step: int) -> None:
        try:
            from tensorboard.compat.proto import event_pb2
            from tensorboard.summary.writer.record_writer import RecordWriter
        except ImportError as error:
            raise InputError(
                "TensorBoard logs need the package tensorboard: pip install tensorboard."
            ) from error
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._event = event_pb2.Event
        name = f"events.out.tfevents.{time.time_ns()}.{socket.gethostname()}.{os.getpid()}"
        self._writer = RecordWriter((folder / name).open("wb"))
        self._write(event_pb2.Event(wall_time=time.time(), file_version="brain.Event:2"))
        start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self._write(event_pb2.Event(wall_time=time.time(), step=first_step, session_log=start))

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Adds one value a name at `step`, and flushes."""
        event = self._event(wall_time=time.time(), step=step)
        for name, value in values.items():
            event.summary.value.add(tag=name, simple_value=value)
        self._write(event)

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()

    def _write(self, event: object) -> None:
        self._writer.write(event.SerializeToString())  # type: ignore[attr-defined]
        self._writer.flush()
