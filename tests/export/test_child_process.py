from pathlib import Path

import pytest

from keras_albert.errors import InputError
from keras_albert.export.child_process import run_child

pytestmark = pytest.mark.once


def _run(tmp_path: Path, program: str) -> Path:
    script = tmp_path / "script.py"
    script.write_text(program)
    log = tmp_path / "out.log"
    run_child([str(script)], {"answer": 42}, tmp_path / "scratch", log, "doing it", "torch")
    return log


def test_the_job_arrives_and_output_goes_to_the_log(tmp_path: Path) -> None:
    log = _run(
        tmp_path,
        "import json, sys, os\n"
        "print(json.load(open(sys.argv[1]))['answer'], os.environ['KERAS_BACKEND'])",
    )
    assert log.read_text() == "42 torch\n"


def test_a_traceback_becomes_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Doing it failed: KeyError: 'x'.*out.log") as caught:
        _run(tmp_path, "print('before')\n{}['x']")
    assert "\n" not in str(caught.value)
    assert "Traceback" in (tmp_path / "out.log").read_text()


def test_an_input_error_arrives_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="^Just this.$"):
        _run(
            tmp_path,
            "import json, sys\n"
            "path = json.load(open(sys.argv[1]))['error']\n"
            "json.dump({'message': 'Just this.'}, open(path, 'w')); sys.exit(2)",
        )


def test_a_killed_child_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="signal 9"):
        _run(tmp_path, "import os; os.kill(os.getpid(), 9)")
