"""Running a job in a process of its own; its failure is one line here and a log on disk."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.files import read_json, write_json


def run_child(
    command: list[str],
    job: dict[str, Any],
    scratch: Path,
    log: Path,
    what: str,
    backend: str = "tensorflow",
) -> None:
    """Runs `python COMMAND JOB.json` and waits.

    Args:
        command: what Python runs: ["-m", a module] or [the path of a script].
        job: passed as JSON.
        scratch: a folder for the job's files.
        log: where all the child's output goes. It is added to, and left to the caller.
        what: the child's task in the error's words, such as "converting to TFLite".
        backend: what Keras runs on there.

    Raises:
        InputError: the child failed: its own message where that is an `InputError`'s, or else the
            last line it wrote, with the place of the log.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    error_file = scratch / "error.json"
    error_file.unlink(missing_ok=True)
    job_file = scratch / "job.json"
    write_json(job_file, {**job, "error": str(error_file)})
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # The caller may hold the accelerator; an export needs none.
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONIOENCODING": "utf-8",
    }
    start = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        finished = subprocess.run(
            [sys.executable, *command, str(job_file)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        )
    if finished.returncode == 0:
        return
    if error_file.is_file():
        raise InputError(str(read_json(error_file)["message"]))
    raise InputError(
        f"{what[0].upper()}{what[1:]} failed: {_last_line(log, start, finished.returncode)} "
        f"The whole output is in {log}."
    )


def _last_line(log: Path, start: int, status: int) -> str:
    """What the child died of, shortened to one line."""
    if status < 0:
        return f"it was killed by signal {-status} (9 is what a machine short of memory sends)."
    lines = log.read_bytes()[start:].decode("utf-8", "replace").splitlines()
    # The last line of a traceback stands at the margin; the error's further lines may follow it.
    at_margin = [line for line in lines if line.strip() and not line[0].isspace()]
    last = at_margin[-1].strip() if at_margin else f"it ended with status {status}"
    return last[:300].rstrip(".") + "."
