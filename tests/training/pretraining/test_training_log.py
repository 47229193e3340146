"""metrics.jsonl, TensorBoard (read back by TensorBoard's own reader) and the plot."""

import sys

import pytest

from keras_albert.errors import InputError
from keras_albert.training.pretraining.event_log import EventLog
from keras_albert.training.pretraining.training_log import TrainingLog, draw_losses, read_metrics


def read_events(folder):
    """(step, tag, value) as TensorBoard shows them: what a restart overrides is dropped."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }


def test_lines_and_events_say_the_same(tmp_path):
    log = TrainingLog(tmp_path)
    log.write(10, {"loss": 2.5, "learning_rate": 0.5})
    log.write(20, {"loss": float("nan"), "learning_rate": 0.25})
    log.close()
    assert read_metrics(tmp_path / "metrics.jsonl") == [
        {"step": 10, "loss": 2.5, "learning_rate": 0.5},
        {"step": 20, "loss": None, "learning_rate": 0.25},
    ]
    events = read_events(tmp_path / "tensorboard")
    assert events["loss"][0] == (10, 2.5)
    assert events["learning_rate"] == [(10, 0.5), (20, 0.25)]
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_going_on_drops_what_came_after_the_checkpoint(tmp_path):
    log = TrainingLog(tmp_path)
    for step in (10, 20, 30):
        log.write(step, {"loss": float(step)})
    log.close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 40, "lo')  # killed while it wrote
    log = TrainingLog(tmp_path, step=20)
    log.write(30, {"loss": 3.0})
    log.close()
    assert [line["loss"] for line in read_metrics(tmp_path / "metrics.jsonl")] == [10, 20, 3]
    assert read_events(tmp_path / "tensorboard")["loss"] == [(10, 10), (20, 20), (30, 3)]


def test_no_metrics_make_an_empty_plot(tmp_path):
    assert read_metrics(tmp_path / "none.jsonl") == []
    draw_losses([], tmp_path / "loss.png")
    assert (tmp_path / "loss.png").stat().st_size > 0


def test_event_files_are_written_without_tensorflow(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorboard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # importing it is an error from here on
    log = EventLog(tmp_path, 1)
    log.write(1, {"loss": 0.5})
    log.close()
    monkeypatch.undo()
    assert read_events(tmp_path)["loss"] == [(1, 0.5)]


def test_without_tensorboard_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    with pytest.raises(InputError, match="pip install tensorboard"):
        EventLog(tmp_path, 1)
