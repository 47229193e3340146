"""Event files, read back by TensorBoard's own reader."""

import subprocess
import sys

import pytest

from keras_albert.training.pretraining.event_log import EventLog


def _read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return {
        tag: [(e.step, round(e.value, 4)) for e in accumulator.Scalars(tag)]
        for tag in accumulator.Tags()["scalars"]
    }


def test_tensorboard_reads_it(tmp_path):
    log = EventLog(tmp_path, 1)
    log.write(1, {"loss": 2.0, "accuracy": 0.25})
    log.write(2, {"loss": 1.5})
    log.close()
    assert _read(tmp_path) == {"loss": [(1, 2.0), (2, 1.5)], "accuracy": [(1, 0.25)]}


def test_a_resumed_run_replaces_what_the_killed_one_logged_beyond(tmp_path):
    first = EventLog(tmp_path, 1)
    for step in (1, 2, 3):
        first.write(step, {"loss": float(step)})
    first.close()
    second = EventLog(tmp_path, 3)
    second.write(3, {"loss": 30.0})
    second.close()
    assert _read(tmp_path)["loss"] == [(1, 1.0), (2, 2.0), (3, 30.0)]


@pytest.mark.once
def test_tensorflow_is_not_loaded():
    code = (
        "import sys, tempfile\n"
        "sys.modules['tensorflow'] = None\n"  # an import of it fails
        "from tensorboard.compat.proto import event_pb2\n"
        "from tensorboard.summary.writer.record_writer import RecordWriter\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
