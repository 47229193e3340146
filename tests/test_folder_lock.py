"""One writer at a time, with real processes; a killed one's lock is taken over."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from keras_albert.errors import InputError
from keras_albert.folder_lock import folder_lock, holder

HOLD = """
import sys
from keras_albert.folder_lock import folder_lock
with folder_lock(sys.argv[1], within=sys.argv[2] == "within"):
    print("held", flush=True)
    sys.stdin.readline()
"""
# Reads a number, waits, and writes the next one: without a lock numbers are lost.
COUNT = """
import sys, time
from pathlib import Path
from keras_albert.folder_lock import folder_lock
file = Path(sys.argv[1])
for _ in range(10):
    with folder_lock(file, wait=True):
        number = int(file.read_text())
        time.sleep(0.001)
        file.write_text(str(number + 1))
"""


def start(code, *arguments):
    # Only what the lock needs: not the package's own imports, which take seconds.
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(params=["beside", "within"])
def held(request, tmp_path):
    """A folder, where its lock lies, and a process that holds it."""
    folder = tmp_path / "runs" / "run"
    child = start(HOLD, folder, request.param)
    assert child.stdout.readline() == "held\n"
    yield folder, request.param == "within", child
    child.kill()
    child.wait()


def test_a_second_writer_is_told_who_the_first_is(held):
    folder, within, child = held
    with (
        pytest.raises(InputError, match=f"written by process {child.pid} on .* since 20") as error,
        folder_lock(folder, within=within),
    ):
        pytest.fail("two writers")
    assert "\n" not in str(error.value)
    assert holder(folder, within=within)["pid"] == child.pid


def test_the_lock_goes_with_its_holder(held):
    folder, within, child = held
    child.communicate("\n")
    assert child.returncode == 0
    # Nothing is left, not even the folders that were made for the lock.
    assert not folder.parent.exists()
    with folder_lock(folder, within=within):
        assert holder(folder, within=within)["pid"] == os.getpid()
    assert not folder.parent.exists()


def test_a_killed_holders_lock_is_taken_over(held):
    folder, within, child = held
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert holder(folder, within=within)["pid"] == child.pid
    with folder_lock(folder, within=within):
        assert holder(folder, within=within)["pid"] == os.getpid()
    assert holder(folder, within=within) is None


def test_those_who_wait_come_one_after_the_other(tmp_path):
    file = tmp_path / "number"
    file.write_text("0")
    children = [start(COUNT, file) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0] * 3
    assert file.read_text() == "30"
    assert [path.name for path in tmp_path.iterdir()] == ["number"]


def test_two_threads_are_two_writers(tmp_path):
    found = []

    def other():
        try:
            with folder_lock(tmp_path / "run"):
                found.append("held")
        except InputError as error:
            found.append(str(error))

    with folder_lock(tmp_path / "run"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert f"process {os.getpid()} " in found[0]


def test_what_was_written_meanwhile_stays(tmp_path):
    with folder_lock(tmp_path / "run", within=True):
        (tmp_path / "run" / "kept").write_text("x")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["kept"]


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_damaged_holders_file_is_only_a_name_less(tmp_path, content):
    with folder_lock(tmp_path / "run"):
        (tmp_path / ".run.lock.json").write_text(content)
        with (
            pytest.raises(InputError, match="written by another process"),
            folder_lock(tmp_path / "run"),
        ):
            pytest.fail("two writers")


def test_a_part_of_the_path_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"), folder_lock(tmp_path / "file/run"):
        pytest.fail("there is no such folder")
    assert (tmp_path / "file").read_text() == "x"


def _prepare(output):
    from keras_albert.data.token_store_writer import TokenStoreWriter

    with TokenStoreWriter(output, tokenizer_fingerprint="f", vocabulary_size=9):
        pytest.fail("two writers")


def _finetune(output):
    from keras_albert.training import finetune

    finetune("a model", "train.jsonl", "validation.jsonl", output)


def _evaluate(output):
    from keras_albert.training.evaluation.evaluate_task import evaluate_task

    evaluate_task("a model", "data.jsonl", output)


def _predict(output):
    from keras_albert.inference.prediction_file import predict_to_file

    predict_to_file(None, [], output, settings={})


@pytest.mark.parametrize("write", [_prepare, _finetune, _evaluate, _predict])
def test_whatever_is_written_over_time_has_one_writer(write, tmp_path):
    """Pretraining's is tested with its own processes, in test_run."""
    output = tmp_path / "output"
    child = start(HOLD, output, "beside")
    try:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=f"is being written by process {child.pid} on "):
            write(output)
        assert not output.exists()
    finally:
        child.kill()
        child.wait()
